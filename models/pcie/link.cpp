#include "models/pcie/link.h"

#include <algorithm>

namespace rootpool::models {

namespace {

[[nodiscard]] SimTime time_of(const sc_core::sc_time& delay) {
    return now() + SimTime{static_cast<std::int64_t>(delay.value())};
}
[[nodiscard]] sc_core::sc_time delay_to(SimTime at) { return to_sc_time(std::max(at - now(), SimTime{0})); }

} // namespace

LinkChannel::LinkChannel(const sc_core::sc_module_name& name, const LinkConfig& config)
    : sc_module(name), config_(config), grid_(pcie::wire_time(config.parameters, lane_granularity)),
      dllp_time_(pcie::wire_time(config.parameters, pcie::dllp_wire_bytes)),
      skip_interval_(pcie::skip_interval(config.parameters)), skip_time_(pcie::skip_time(config.parameters)),
      acknowledge_limit_(pcie::ack_latency_limit(config.parameters, config.max_payload)) {
    due_.fill(core::never);
    in.bind(static_cast<TlpForwardInterface&>(*this));
    out.bind(static_cast<TlpBackwardInterface&>(*this));
}

SimTime LinkChannel::note_dllp(Dllp kind, SimTime ready, SimTime due) {
    SimTime& noted = due_[static_cast<std::size_t>(kind)];
    if (noted < ready) { // that one has left meanwhile, on an idle wire
        send_due_dllps(ready);
    }
    if (noted == core::never) {
        noted = due;
    }
    return noted + dllp_time_;
}

void LinkChannel::send_due_dllps(SimTime until) {
    for (SimTime& due : due_) {
        if (due <= until) {
            busy_until_ = std::max(busy_until_, due) + dllp_time_;
            due = core::never;
            ++dllps_;
        }
    }
}

/// SKP ordered sets leave between packets at multiples of the interval (PCIe base 4.2.8.3). Their place is arithmetic:
/// a packet that starts where one is due waits for it.
SimTime LinkChannel::after_skip_ordered_set(SimTime start) const {
    const SimTime into = start % skip_interval_;
    return into < skip_time_ && start >= skip_interval_ ? start - into + skip_time_ : start;
}

tlm::tlm_sync_enum LinkChannel::nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) {
    const SimTime earliest = time_of(delay);
    send_due_dllps(std::max(earliest, busy_until_));
    const SimTime start = core::align_up(after_skip_ordered_set(std::max(earliest, busy_until_)), grid_);
    const unsigned bytes = pcie::wire_bytes(tlp.header);
    const SimTime end = start + pcie::wire_time(config_.parameters, bytes);
    const auto skips_due_meanwhile = end / skip_interval_ - start / skip_interval_;
    busy_until_ = end + skips_due_meanwhile * skip_time_;
    ++tlps_;
    bytes_ += bytes;
    if (observer_ != nullptr) {
        observer_->on_tlp({place_, start, end, tlp});
    }

    sc_core::sc_time arrival = delay_to(start + config_.latency);
    out->nb_transport_fw(tlp, phase, arrival);
    phase = TlpPhase::end;
    arrival = delay_to(end + config_.latency);
    out->nb_transport_fw(tlp, phase, arrival);

    const SimTime received = end + config_.latency;
    reverse_->note_dllp(Dllp::ack, received, received + acknowledge_limit_);
    delay = delay_to(busy_until_);
    return tlm::TLM_UPDATED;
}

tlm::tlm_sync_enum LinkChannel::nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) {
    static constexpr std::array<Dllp, pcie::flow_class_count> update{Dllp::update_posted, Dllp::update_non_posted,
                                                                     Dllp::update_completion};
    const SimTime freed = time_of(delay);
    const auto flow = static_cast<std::size_t>(pcie::flow_class(tlp.header.kind));
    const SimTime sent = reverse_->note_dllp(update[flow], freed, freed + acknowledge_limit_);
    sc_core::sc_time returned = delay_to(sent + config_.latency);
    in->nb_transport_bw(tlp, phase, returned);
    return tlm::TLM_ACCEPTED;
}

Link::Link(const sc_core::sc_module_name& name, const LinkConfig& config)
    : sc_module(name), down_("down", config), up_("up", config) {
    down_.set_reverse(up_);
    up_.set_reverse(down_);
}

void Link::connect(Port& upstream_component, Port& downstream_component) {
    upstream_component.transmit.bind(down_.in);
    down_.out.bind(downstream_component.receive);
    downstream_component.transmit.bind(up_.in);
    up_.out.bind(upstream_component.receive);
    upstream_component.set_limits(downstream_component.advertised());
    downstream_component.set_limits(upstream_component.advertised());
}

void Link::observe(pcie::TlpObserver& observer, const std::string& label) {
    down_.observe(observer, observer.add_place(label + ".down"));
    up_.observe(observer, observer.add_place(label + ".up"));
}

} // namespace rootpool::models
