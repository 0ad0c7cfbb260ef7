#include "models/pcie/port.h"

#include <algorithm>

namespace rootpool::models {

namespace {

[[nodiscard]] SimTime time_of(const sc_core::sc_time& delay) {
    return now() + SimTime{static_cast<std::int64_t>(delay.value())};
}
[[nodiscard]] sc_core::sc_time delay_to(SimTime at) { return to_sc_time(std::max(at - now(), SimTime{0})); }

} // namespace

Port::Port(const sc_core::sc_module_name& name, PortOwner& owner, const pcie::Credits& advertised)
    : sc_module(name), owner_(owner), advertised_(advertised) {
    transmit.bind(static_cast<TlpBackwardInterface&>(*this));
    receive.bind(static_cast<TlpForwardInterface&>(*this));
}

SimTime Port::header_end(const pcie::TlpHeader& header, SimTime first_beat) const noexcept {
    constexpr unsigned framing = 4; // start of packet and sequence number (PCIe base 4.2.1, 4.2.2)
    return clock_->time(clock_->at_or_before(first_beat) + clock_->packet(framing + pcie::header_bytes(header)));
}

void Port::send(const pcie::TlpPtr& tlp, SimTime earliest) {
    slots_.take(pcie::flow_class(tlp->header.kind));
    TlpPhase phase = TlpPhase::arrive;
    sc_core::sc_time delay = delay_to(earliest);
    transmit->nb_transport_fw(*tlp, phase, delay);
}

void Port::release(pcie::Tlp& tlp, SimTime at) {
    TlpPhase phase = TlpPhase::release;
    sc_core::sc_time delay = delay_to(at);
    receive->nb_transport_bw(tlp, phase, delay);
}

tlm::tlm_sync_enum Port::nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) {
    if (phase == TlpPhase::bad) {
        owner_.on_bad_tlp(*this, pcie::TlpPtr(&tlp), time_of(delay), tlp.last_beat);
    } else {
        owner_.on_tlp(*this, pcie::TlpPtr(&tlp), time_of(delay), tlp.last_beat);
    }
    return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum Port::nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) {
    const pcie::FlowClass flow = pcie::flow_class(tlp.header.kind);
    slots_.leave(flow, time_of(delay));
    if (phase == TlpPhase::returned) {
        owner_.on_returned(*this, pcie::TlpPtr(&tlp));
    }
    owner_.on_room(*this);
    return tlm::TLM_ACCEPTED;
}

} // namespace rootpool::models
