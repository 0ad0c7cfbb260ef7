#include "rootpool/pooling/engine_firewall.h"

namespace rootpool::pooling {

const FirewallRow& EngineFirewall::judge_master(const pcie::TlpHeader& header) const {
    FirewallFacts facts{header, functions_.snoop().max_payload()};
    facts.lent = touches_lent(header);
    return decide(Sender::master, facts);
}

/// Whether a TLP of the master is about a function that somebody else has.
bool EngineFirewall::touches_lent(const pcie::TlpHeader& header) const noexcept {
    std::optional<pcie::VfIndex> vf;
    if (pcie::is_configuration(header.kind)) {
        vf = functions_.snoop().vf_of(header.target);
    } else if (pcie::is_completion(header.kind)) {
        vf = functions_.snoop().vf_of(header.requester);
    } else if (pcie::is_address_routed(header.kind)) {
        vf = functions_.bars().find_master(header.address);
    }
    return vf && functions_.is_lent(*vf);
}

SlaveLookUp EngineFirewall::judge_slave(const pcie::Tlp& tlp) const {
    const pcie::TlpHeader& header = tlp.header;
    const MasterSnoop& snoop = functions_.snoop();
    FirewallFacts facts{header, snoop.max_payload()};
    std::optional<pcie::VfIndex> vf;
    std::optional<BarHit> hit;
    if (pcie::is_address_routed(header.kind)) {
        hit = functions_.bars().find(tlp.root, header.address);
        facts.inside_lent_bar =
            hit && hit->offset + header.length_dw * std::uint64_t{4} <= functions_.bars().bytes_per_vf(hit->bar);
    } else if (!pcie::is_message(header.kind)) {
        vf = functions_.ids().find({tlp.root, pcie::is_completion(header.kind) ? header.requester : header.target});
        facts.function_known = vf && vf->value() < snoop.num_vfs() && snoop.vf_enable();
    }
    return {decide(Sender::slave, facts), vf, hit};
}

DeviceLookUp EngineFirewall::judge_request_of_device(const pcie::Tlp& tlp) const {
    const auto vf = functions_.snoop().vf_of(tlp.header.requester);
    const IdEntry entry = vf ? functions_.ids().at(*vf) : IdEntry{};
    FirewallFacts facts{tlp.header, functions_.snoop().max_payload()};
    facts.function_known = vf || functions_.snoop().is_physical(tlp.header.requester);
    facts.lent = entry.valid();
    InterruptHit interrupt;
    if (entry.valid() && pcie::is_address_routed(tlp.header.kind)) {
        interrupt = functions_.interrupts().find(*vf, tlp.header, tlp.payload.bytes());
        facts.foreign_interrupt = interrupt.in_window && !interrupt.message;
    }
    return {decide(Sender::device, facts), entry, entry.valid() ? entry.owner().root : context_.master, interrupt};
}

DeviceLookUp EngineFirewall::judge_completion_of_device(const pcie::TlpHeader& header) const {
    const auto vf = functions_.snoop().vf_of(header.completer);
    const IdEntry entry = vf ? functions_.ids().at(*vf) : IdEntry{};
    const bool by_completer = entry.valid() && route_.routes_by_completer_id();
    FirewallFacts facts{header, functions_.snoop().max_payload()};
    facts.function_known = by_completer || (!entry.valid() && (vf || functions_.snoop().is_physical(header.completer)));
    return {decide(Sender::device, facts), by_completer ? entry : IdEntry{},
            by_completer ? entry.owner().root : context_.master};
}

EngineOutput EngineFirewall::obey(const FirewallRow& row, const pcie::Tlp& tlp, pcie::RootId root) {
    const bool refused = row.verdict == Verdict::refuse || row.verdict == Verdict::drop;
    const bool answers = row.verdict == Verdict::refuse || row.verdict == Verdict::probe;
    if (refused) {
        context_.of(root).refused.add(row.cause);
    }
    EngineOutput output;
    if (answers && pcie::flow_class(tlp.header.kind) == pcie::FlowClass::non_posted) {
        // A root reads the number of the function that is not there, the device that of the bridge above it.
        const pcie::Bdf refuser =
            row.sender == Sender::device ? context_.id : pcie::Bdf::from_bus_devfn(functions_.slave_bus(root), 0);
        output = context_.answer(tlp, pcie::CompletionStatus::unsupported_request, root, refuser);
    }
    output.refused = row.cause; // none: consumed as it should be
    output.root = root;
    return output;
}

} // namespace rootpool::pooling
