#include "rootpool/pooling/toward_device.h"

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {

using pcie::TlpHeader;

EngineOutput TowardDevice::from_master(const pcie::Tlp& tlp, SimTime now) {
    const TlpHeader& header = tlp.header;
    const FirewallRow& row = firewall_.judge_master(header);
    if (row.verdict != Verdict::pass) {
        return firewall_.obey(row, tlp, tlp.root);
    }
    if (!pcie::is_configuration(header.kind)) {
        return context_.forward(tlp, header, tlp.root);
    }
    if (header.kind == pcie::TlpKind::config_write_0) {
        functions_.watch_write(header.target, header.config_register, first_dword(tlp), header.first_be);
    }
    return send_request(tlp, header, tlp.payload, {header.target, std::nullopt}, now);
}

EngineOutput TowardDevice::from_slave(const pcie::Tlp& tlp, SimTime now) {
    const TlpHeader& header = tlp.header;
    const SlaveLookUp found = firewall_.judge_slave(tlp);
    if (found.row.verdict != Verdict::pass) {
        return firewall_.obey(found.row, tlp, tlp.root);
    }
    if (found.hit) {
        return slave_memory(tlp, *found.hit, now);
    }
    if (pcie::is_configuration(header.kind)) {
        return slave_configuration(tlp, *found.vf, now);
    }
    TlpHeader completion = header;
    completion.requester = functions_.snoop().routing_id(*found.vf);
    return context_.forward(tlp, completion, tlp.root);
}

pcie::TlpPtr TowardDevice::pass_bad(const pcie::Tlp& tlp) const {
    TlpHeader header = tlp.header;
    if (tlp.root == context_.master) {
        const bool passes = firewall_.judge_master(header).verdict == Verdict::pass;
        return passes ? context_.factory.view(tlp, header, tlp.root) : nullptr;
    }
    const SlaveLookUp found = firewall_.judge_slave(tlp);
    if (found.row.verdict != Verdict::pass) {
        return nullptr;
    }
    if (found.hit) {
        pcie::set_address(header, functions_.bars().compose(*found.hit));
    } else {
        header.requester = functions_.snoop().routing_id(*found.vf);
    }
    return context_.factory.view(tlp, header, tlp.root);
}

EngineOutput TowardDevice::slave_memory(const pcie::Tlp& tlp, const BarHit& hit, SimTime now) {
    TlpHeader header = tlp.header;
    pcie::set_address(header, functions_.bars().compose(hit));
    if (pcie::flow_class(header.kind) == pcie::FlowClass::posted) {
        return slave_write(tlp, header, hit);
    }
    Addressed addressed{functions_.ids().at(hit.vf).owner().function, hit.vf};
    if (functions_.interrupts().intercepts(hit, header.length_dw * 4U)) {
        addressed.table_read_end =
            hit.offset + (pcie::first_byte_address(header) - header.address) + pcie::completion_byte_count(header);
    }
    return send_request(tlp, header, tlp.payload, addressed, now);
}

/// `header` as the device gets it. Its data are others where the engine keeps the VF's MSI-X table.
EngineOutput TowardDevice::slave_write(const pcie::Tlp& tlp, TlpHeader& header, const BarHit& hit) {
    if (!functions_.interrupts().intercepts(hit, pcie::payload_bytes(header))) {
        return context_.forward(tlp, header, tlp.root);
    }
    pcie::PayloadSlice payload = context_.factory.copy(tlp.payload.bytes()); // who sent it keeps what it sent
    functions_.interrupts().write(hit, header, {payload.buffer->data(), payload.length});
    return context_.forward(tlp, header, tlp.root, std::move(payload));
}

CompletionUse TowardDevice::completion_use(const pcie::Tlp& request) const noexcept {
    const TlpHeader& header = request.header;
    if (pcie::is_configuration(header.kind)) {
        return CompletionUse::contents;
    }
    if (request.root == context_.master || header.kind != pcie::TlpKind::memory_read) {
        return CompletionUse::route;
    }
    const auto hit = functions_.bars().find(request.root, header.address);
    return hit && functions_.interrupts().intercepts(*hit, header.length_dw * 4U) ? CompletionUse::contents
                                                                                  : CompletionUse::route;
}

EngineOutput TowardDevice::slave_configuration(const pcie::Tlp& tlp, pcie::VfIndex vf, SimTime now) {
    TlpHeader header = tlp.header;
    pcie::PayloadSlice payload = tlp.payload;
    if (pcie::has_data(header.kind)) {
        const ShadowWrite write = functions_.write(vf, header.config_register, first_dword(tlp), header.first_be);
        if (!write.forward) {
            ++context_.of(tlp.root).answered;
            return context_.answer(tlp, pcie::CompletionStatus::successful, tlp.root, header.target);
        }
        payload = context_.dword(write.value);
    } else if (const Overlay kept = functions_.overlay(vf, header.config_register); kept.answers_alone()) {
        ++context_.of(tlp.root).answered;
        return {EngineOutput::Action::answer, complete_with_dword(context_.factory, tlp, header.target, kept.value)};
    }
    header.target = functions_.snoop().routing_id(vf);
    // Type 0 on the bus that the device has captured, Type 1 beyond it: offset 384 puts VFs on the next bus
    // (SR-IOV 2.1.2).
    const bool same_bus = header.target.bus() == functions_.snoop().pf().bus();
    header.kind = pcie::has_data(header.kind)
                      ? (same_bus ? pcie::TlpKind::config_write_0 : pcie::TlpKind::config_write_1)
                      : (same_bus ? pcie::TlpKind::config_read_0 : pcie::TlpKind::config_read_1);
    return send_request(tlp, header, std::move(payload), {tlp.header.target, vf}, now);
}

EngineOutput TowardDevice::send_request(const pcie::Tlp& tlp, TlpHeader header, pcie::PayloadSlice payload,
                                        const Addressed& addressed, SimTime now) {
    ReturnContext expected;
    expected.root = tlp.root;
    expected.requester = header.requester;
    expected.tag = header.tag;
    expected.target = addressed.function;
    expected.vf = addressed.vf;
    expected.table_read_end = addressed.table_read_end;
    expected.configuration = pcie::is_configuration(header.kind);
    expected.reads = !pcie::has_data(header.kind);
    expected.config_register = header.config_register;
    expected.bytes_left = pcie::completion_byte_count(header);
    route_.outgoing(header, expected, context_.id, now);
    return context_.forward(tlp, header, tlp.root, std::move(payload));
}

} // namespace rootpool::pooling
