#include "models/pcie/root_complex.h"

#include "rootpool/pcie/receiver_rules.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

pcie::Credits RootComplexConfig::default_credits() noexcept {
    pcie::Credits credits;
    credits[pcie::FlowClass::posted] = {{64, 512}, false};
    credits[pcie::FlowClass::non_posted] = {{127, 64}, false}; // the most that there is (PCIe base 2.6.1)
    credits[pcie::FlowClass::completion] = {{0, 0}, true};
    return credits;
}

RootComplex::RootComplex(const sc_core::sc_module_name& name, const RootComplexConfig& config, Scheduler& scheduler,
                         pcie::TlpFactory& tlps)
    : sc_module(name), port("port", *this, config.receive_credits), functions_(config),
      errors_(functions_.root_port(), {.express = RootFunctions::express_offset, .aer = RootFunctions::aer_offset},
              RootFunctions::msi_offset, scheduler),
      receive_buffer_(port, scheduler, config.hold_credits),
      refusals_({port, receive_buffer_, errors_, tlps, counters_}, config.processor_latency),
      of_processor_(scheduler, {config.processor_latency, config.completion_timeout},
                    {core::Delegate<void()>::to<&RootComplex::settle_writes>(*this),
                     core::Delegate<void()>::to<&RootComplex::note_timeout>(*this)},
                    port, tlps),
      from_devices_(scheduler, config, {memory, port, receive_buffer_, functions_, refusals_, tlps, counters_}) {}

// ---------------------------------------------------------------------------------------------- processor side

void RootComplex::config_read(pcie::Bdf function, std::uint16_t offset, Done done) {
    if (function.bus() == 0) {
        if (const pcie::ConfigSpace* space = functions_.find(function)) {
            of_processor_.answer_local(done, {pcie::CompletionStatus::successful, space->read(offset)});
            return;
        }
    } else if (const auto type = functions_.behind_root_port(function)) {
        of_processor_.issue(pcie::config_read(*type, RootFunctions::host_bridge_id, pcie::Tag{}, function, offset), 0,
                            done);
        return;
    }
    answer_unclaimed(done);
}

void RootComplex::config_write(pcie::Bdf function, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables,
                               Done done) {
    if (function.bus() == 0) {
        if (pcie::ConfigSpace* space = functions_.find(function)) {
            write_local(*space, offset, value, byte_enables);
            of_processor_.answer_local(done, {pcie::CompletionStatus::successful});
            return;
        }
    } else if (const auto type = functions_.behind_root_port(function)) {
        of_processor_.issue(
            pcie::config_write(*type, RootFunctions::host_bridge_id, pcie::Tag{}, function, offset, byte_enables),
            value, done);
        return;
    }
    answer_unclaimed(done);
}

void RootComplex::write_local(pcie::ConfigSpace& space, std::uint16_t offset, std::uint32_t value,
                              std::uint8_t byte_enables) {
    space.write(offset, value, byte_enables);
    errors_.follow_write();
    if (functions_.holds_reset() != holds_reset_) {
        holds_reset_ = !holds_reset_;
        port.hold_reset(holds_reset_);
    }
}

void RootComplex::answer_unclaimed(Done done) {
    of_processor_.answer_local(done, {.status = pcie::CompletionStatus::unsupported_request});
}

void RootComplex::memory_read32(std::uint64_t address, Done done) {
    if (functions_.window_contains(address)) {
        of_processor_.issue(pcie::memory_read(RootFunctions::host_bridge_id, pcie::Tag{}, address, 4), 0, done);
    } else {
        answer_unclaimed(done);
    }
}

void RootComplex::memory_write32(std::uint64_t address, std::uint32_t value) {
    if (functions_.window_contains(address)) { // else master abort: a posted write that nobody claims is gone
        of_processor_.post(pcie::memory_write(RootFunctions::host_bridge_id, pcie::Tag{}, address, 4), value);
    }
}

// -------------------------------------------------------------------------------------------------- device side

void RootComplex::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) {
    to_host_.add(last_beat - tlp->injected_at);
    if (pcie::is_malformed(tlp->header, functions_.payload_limit())) {
        refusals_.discard_malformed(*tlp, last_beat);
        return;
    }
    switch (tlp->header.kind) {
    case pcie::TlpKind::memory_write:
        from_devices_.take_write(std::move(tlp), last_beat);
        break;
    case pcie::TlpKind::memory_read:
        from_devices_.take_read(std::move(tlp), last_beat);
        break;
    case pcie::TlpKind::completion:
    case pcie::TlpKind::completion_with_data:
        take_completion(*tlp, last_beat);
        break;
    case pcie::TlpKind::message:
    case pcie::TlpKind::message_with_data:
        ++counters_.messages;
        errors_.receive(tlp->header, last_beat);
        receive_buffer_.release(*tlp, last_beat);
        break;
    default:
        refusals_.refuse(*tlp, last_beat);
        break;
    }
}

void RootComplex::take_completion(pcie::Tlp& tlp, SimTime at) {
    receive_buffer_.release(tlp, at);
    const bool is_ours = tlp.header.requester == RootFunctions::host_bridge_id;
    const std::optional<Done> done = is_ours ? of_processor_.complete(tlp.header.tag) : std::nullopt;
    if (!done) {
        refusals_.report_unexpected_completion(tlp.header, at);
        return;
    }
    ProcessorCompletion completion{tlp.header.status};
    errors_.note_unsuccessful(tlp.header.status);
    if (tlp.header.poisoned) {
        completion.status = pcie::CompletionStatus::unsupported_request; // handled like one: the data is not used
        refusals_.report(pcie::ErrorKind::poisoned_tlp,
                         {.header = &tlp.header, .role = pcie::DetectorRole::handling_receiver}, at);
    } else if (tlp.header.status == pcie::CompletionStatus::successful) {
        completion.value = tlp.payload.length >= 4 ? core::load_le<std::uint32_t>(tlp.payload.bytes().data()) : 0;
    }
    of_processor_.answer(tlp.header.tag, *done, completion, at);
}

void RootComplex::on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) { of_processor_.take_back(*tlp); }

void RootComplex::on_link_error(Port& /*port*/, pcie::ErrorKind kind) { refusals_.report(kind, {}, now()); }

void RootComplex::on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& link) { functions_.set_link(link); }

void RootComplex::on_link_up(Port& /*port*/) { functions_.set_link_active(true); }

void RootComplex::on_link_down(Port& /*port*/) {
    from_devices_.forget_reads();
    functions_.set_link_active(false);
    of_processor_.forget_late();
    if (!holds_reset_) {
        refusals_.report(pcie::ErrorKind::surprise_down, {}, now());
    }
}

/// What it does itself ends by itself (waits_for_time()), unless credits are held.
void RootComplex::explain_waits(const Port& at, pcie::WaitGraph& graph) const {
    for (const pcie::FlowClass flow :
         {pcie::FlowClass::posted, pcie::FlowClass::non_posted, pcie::FlowClass::completion}) {
        const std::size_t held = receive_buffer_.held(flow);
        if (held != 0) {
            graph.add(pcie::WaitGraph::receive_buffer(flow, at.name()), std::string(name()),
                      std::to_string(held) + " TLPs are done, and hold_credits keeps their credits");
        }
    }
}

} // namespace rootpool::models
