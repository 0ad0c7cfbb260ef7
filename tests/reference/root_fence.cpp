#include "tests/reference/root_fence.h"

#include <algorithm>

namespace rootpool::reference {

void RootFence::step(Edge now, SimTime link_up) {
    const SimTime unseen = settings_.mutation == Mutation::unfence_one_cycle_late ? fabric_period : SimTime{0};
    if (holds_ && time_of(since_) <= link_up && link_up + unseen < time_of(now)) {
        holds_ = false;
        ++coverage_.unfences;
    }
    if (holds_ || settings_.fence_timeout == SimTime{0}) {
        return;
    }
    for (std::size_t device = 0; device < settings_.devices.size(); ++device) {
        if (is_overdue(to_root_.queue(device), now)) {
            holds_ = true;
            since_ = now;
        }
    }
    coverage_.fences += holds_ ? 1 : 0;
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
    const Edge late = settings_.mutation == Mutation::fence_one_cycle_late ? 1 : 0;
    return time_of(waits_since + late) + settings_.fence_timeout <= time_of(now);
}

} // namespace rootpool::reference
