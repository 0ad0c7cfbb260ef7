// What Link tells the watchdog.
#include <array>

#include "models/pcie/link.h"

namespace rootpool::models {

namespace {

using pcie::FlowClass;
using pcie::WaitGraph;

std::string missing_credits(const pcie::CreditGate& gate, pcie::CreditCost cost, const pcie::ClassCredits& advertised) {
    return gate.stall(cost) == pcie::CreditStall::headers
               ? "no header credit left of " + std::to_string(advertised.limit.headers)
               : "too few data credits left of " + std::to_string(advertised.limit.data);
}

/// What the oldest TLP of each class waits for.
void explain_end(const LinkEnd& end, const Port& from, const Port& to, WaitGraph& graph) {
    std::array<bool, pcie::flow_class_count> done{};
    for (std::size_t i = 0; i < end.queue().size(); ++i) {
        const TransmitQueue::Entry& entry = end.queue()[i];
        const FlowClass flow = entry.flow;
        if (std::exchange(done[static_cast<std::size_t>(flow)], true)) {
            continue;
        }
        const std::string place = WaitGraph::transmit_buffer(flow, from.name());
        const pcie::CreditGate& gate = end.gates()[static_cast<std::size_t>(flow)];
        const std::size_t blocker = pcie::first_blocker(end.queue(), i, end.queue().policy());
        if (const FlowClass before = end.queue()[blocker].flow; before != flow) {
            graph.add(place, WaitGraph::transmit_buffer(before, from.name()), "may not pass it");
        } else if (gate.stall(entry.cost) != pcie::CreditStall::none) {
            graph.add(place, WaitGraph::receive_buffer(flow, to.name()),
                      missing_credits(gate, entry.cost, to.advertised()[flow]));
        } else {
            graph.add(place, "link " + std::string(from.name()), "it could go");
        }
    }
}

} // namespace

void Link::set_watchdog(Watchdog& watchdog) {
    watchdog_ = &watchdog;
    watchdog.watch(*this);
}

std::uint64_t Link::moves() const {
    const LinkEndCounters& down = upstream_end_.counters();
    const LinkEndCounters& up = downstream_end_.counters();
    return down.tlps + down.replayed_tlps + up.tlps + up.replayed_tlps;
}

/// A link that is not active does not wait for anyone in the fabric: its initialisation goes on by itself. What a fence
/// cut off waits for nothing. What fills the receive buffer of an owner that waits for a time waits for it too.
Waiting Link::waiting() const {
    const auto waits = [](const LinkEnd& end, const Port& from) {
        return end.active() && !end.queue().empty() && !from.fenced();
    };
    const bool down_waits = up_ && waits(upstream_end_, *upstream_component_);
    const bool up_waits = up_ && waits(downstream_end_, *downstream_component_);
    if (!down_waits && !up_waits) {
        return Waiting::nothing;
    }
    const bool for_time =
        (down_waits && downstream_component_->waits_for_time()) || (up_waits && upstream_component_->waits_for_time());
    return for_time ? Waiting::for_time : Waiting::for_others;
}

void Link::explain(pcie::WaitGraph& graph) const {
    explain_end(upstream_end_, *upstream_component_, *downstream_component_, graph);
    explain_end(downstream_end_, *downstream_component_, *upstream_component_, graph);
    upstream_component_->explain_waits(graph);
    downstream_component_->explain_waits(graph);
}

} // namespace rootpool::models
