#include "models/pooling/root_fence.h"

#include <algorithm>

namespace rootpool::models {

/// Runs just before an edge, ahead of all that is decided at it.
void RootFence::look() {
    const SimTime edge = now() + SimTime{1};
    static_cast<void>(output_.drop_bad(now()));
    if (!is_open() && next_due(edge) <= edge) {
        from_ = edge;
        until_ = core::never;
        ++fences_;
    }
    if (is_open()) {
        end_waiting(edge);
    }
    if (const SimTime due = next_due(edge); due != core::never) {
        timer_.arm(due - SimTime{1});
    }
}

void RootFence::end_waiting(SimTime edge) {
    for (std::size_t input = 0; input < config_.inputs; ++input) {
        const CrossbarInput& queue = output_.inputs()[input];
        while (!queue.empty() && queue[0].ready < edge) {
            ended_(input, output_.remove_first(input, edge), edge);
        }
    }
    output_.wake(); // nothing is in the way of those that came later any more
}

/// The edge at which the first TLP of some queue ends, or the root is fenced as far as `edge` sees; core::never if
/// nothing waits.
SimTime RootFence::next_due(SimTime edge) const {
    SimTime due = core::never;
    for (std::size_t input = 0; input < config_.inputs; ++input) {
        due = std::min(due, due_of(output_.inputs()[input]));
    }
    for (const pcie::FlowClass flow :
         {pcie::FlowClass::posted, pcie::FlowClass::non_posted, pcie::FlowClass::completion}) {
        due = std::min(due, due_of(flow, edge));
    }
    return due;
}

SimTime RootFence::due_of(const CrossbarInput& queue) const {
    if (queue.empty()) {
        return core::never;
    }
    const CrossbarEntry& first = queue[0];
    const SimTime earliest =
        is_open() ? first.ready + SimTime{1}
                  : std::max({first.ready, queue.first_since(), output_.last_grant(first.flow)}) + config_.timeout;
    return core::align_up(earliest, config_.period);
}

/// Of what the egress port holds.
SimTime RootFence::due_of(pcie::FlowClass flow, SimTime edge) const {
    const TransmitSlots& slots = egress_.slots();
    if (is_open() || !slots.any_waiting_at(flow, edge)) {
        return core::never;
    }
    const SimTime since = std::max(output_.last_grant(flow), slots.last_before(flow, edge));
    return core::align_up(since + config_.timeout, config_.period);
}

} // namespace rootpool::models
