#include "models/pooling/root_fence.h"

#include <algorithm>

namespace rootpool::models {

/// Runs just before an edge, ahead of all that is decided at it.
void RootFence::look() {
    const SimTime edge = now() + SimTime{1};
    static_cast<void>(output_.drop_bad(now()));
    if (!is_open() && next_due() <= edge) {
        from_ = edge;
        until_ = core::never;
        ++fences_;
    }
    if (is_open()) {
        end_waiting(edge);
    }
    if (const SimTime due = next_due(); due != core::never) {
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

/// The edge at which the first TLP of some queue ends, or fences the root; core::never if there is none.
SimTime RootFence::next_due() const {
    SimTime due = core::never;
    for (std::size_t input = 0; input < config_.inputs; ++input) {
        const CrossbarInput& queue = output_.inputs()[input];
        if (queue.empty()) {
            continue;
        }
        const CrossbarEntry& first = queue[0];
        const SimTime earliest =
            is_open() ? first.ready + SimTime{1}
                      : std::max({first.ready, queue.first_since(), output_.last_grant(first.flow)}) + config_.timeout;
        due = std::min(due, core::align_up(earliest, config_.period));
    }
    return due;
}

} // namespace rootpool::models
