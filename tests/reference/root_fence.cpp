#include "tests/reference/root_fence.h"

#include <algorithm>

namespace rootpool::reference {

void RootFence::step(Edge now, const LinkPort& egress) {
    const SimTime link_up = egress.last_up();
    if (holds_ && time_of(since_) <= link_up && link_up < time_of(now)) {
        holds_ = false;
        ++coverage_.unfences;
    }
    if (!holds_ && settings_.fence_timeout != SimTime{0} && is_overdue(egress.places(), now)) {
        holds_ = true;
        since_ = now;
        ++coverage_.fences;
    }
}

bool RootFence::is_overdue(const TransmitPlaces& places, Edge now) const {
    for (std::size_t device = 0; device < devices_; ++device) {
        if (is_overdue(to_root_.queue(device), now)) {
            return true;
        }
    }
    return std::ranges::any_of(flow_classes,
                               [&](pcie::FlowClass flow_class) { return is_overdue(places, flow_class, now); });
}

bool RootFence::is_overdue(const CrossbarQueue& queue, Edge now) const {
    if (queue.empty() || queue.at(0).ready >= now) {
        return false;
    }
    const Queued& first = queue.at(0);
    Edge waits_since = first.ready;
    if (settings_.mutation != Mutation::fence_waits_from_ready) {
        waits_since = std::max(waits_since, queue.first_since());
    }
    if (settings_.mutation != Mutation::fence_ignores_grants) {
        waits_since = std::max(waits_since, to_root_.last_grant(pcie::flow_class(first.tlp->header.kind)));
    }
    return has_expired(time_of(waits_since), now);
}

/// What was granted is not on the link yet.
bool RootFence::is_overdue(const TransmitPlaces& places, pcie::FlowClass flow_class, Edge now) const {
    if (!places.has_taken(flow_class) || settings_.mutation == Mutation::fence_ignores_egress) {
        return false;
    }
    return has_expired(std::max(time_of(to_root_.last_grant(flow_class)), places.last_left(flow_class)), now);
}

bool RootFence::has_expired(SimTime since, Edge now) const {
    const SimTime late = settings_.mutation == Mutation::fence_one_cycle_late ? fabric_period : SimTime{0};
    return since + late + settings_.fence_timeout <= time_of(now);
}

} // namespace rootpool::reference
