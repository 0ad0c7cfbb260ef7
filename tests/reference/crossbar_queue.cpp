#include "tests/reference/crossbar_queue.h"

#include <algorithm>

#include "tests/reference/queue_order.h"

namespace rootpool::reference {

void CrossbarQueue::put(Queued queued) {
    const auto before = [](const Queued& one, const Queued& other) {
        return one.ready < other.ready || (one.ready == other.ready && one.rank < other.rank);
    };
    const auto place = std::upper_bound(waiting_.begin(), waiting_.end(), queued, before);
    waiting_.insert(place, std::move(queued));
}

CutThroughEdges cut_through_edges(Edge header, Edge last, Edge transfer, unsigned stages, Mutation mutation) {
    const bool waits = mutation != Mutation::transfer_with_gaps && transfer < last; // edges count from 0
    const Edge latest_header = waits ? last - (transfer - 1) : 0;
    return {std::max(header, latest_header) + stages - 1, last + stages - 1};
}

std::size_t CrossbarQueue::drop_bad(Edge now) {
    const Edge kept = mutation_ == Mutation::bad_seen_one_edge_longer ? 1 : 0;
    if (!waiting_.empty() && waiting_.front().bad_end && *waiting_.front().bad_end + kept < now) {
        first_since_ = now;
    }
    return std::erase_if(waiting_,
                         [=](const Queued& queued) { return queued.bad_end && *queued.bad_end + kept < now; });
}

std::optional<std::size_t> CrossbarQueue::choose(const BehindOutput& behind, Edge now, SwitchCoverage& coverage) {
    const std::size_t looked_at =
        policy_ == QueuePolicy::fifo ? std::min<std::size_t>(waiting_.size(), 1) : waiting_.size();
    for (std::size_t position = 0; position < looked_at && is_ready(waiting_[position], now); ++position) {
        if (has_room(waiting_[position], behind, coverage) &&
            may_pass_all_before(waiting_, position, mutation_, coverage.forbidden)) {
            return position;
        }
    }
    return std::nullopt;
}

Queued CrossbarQueue::take(std::size_t position, Edge now, SwitchCoverage& coverage) {
    if (position == 0) {
        return take_first(now);
    }
    count_passed(waiting_, position, coverage.passed);
    Queued taken = std::move(waiting_[position]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(position));
    return taken;
}

Queued CrossbarQueue::take_first(Edge now) {
    Queued taken = std::move(waiting_.front());
    waiting_.pop_front();
    first_since_ = now;
    return taken;
}

std::deque<Queued> CrossbarQueue::take_all(Edge now) {
    first_since_ = waiting_.empty() ? first_since_ : now;
    return std::exchange(waiting_, {});
}

bool CrossbarQueue::has_room(Queued& queued, const BehindOutput& behind, SwitchCoverage& coverage) const {
    const pcie::FlowClass flow_class = pcie::flow_class(queued.tlp->header.kind);
    if (!behind.has_place(flow_class)) {
        coverage.place_stalls[index_of(flow_class)] += queued.waited.add(WaitCause::place) ? 1 : 0;
        return false;
    }
    if (flow_class != pcie::FlowClass::non_posted) {
        return true;
    }
    const ReturnPlace place = behind.return_place(input_, *queued.tlp);
    if (place == ReturnPlace::free) {
        return true;
    }
    coverage.return_route_stalls += queued.waited.add(WaitCause::return_route) ? 1 : 0;
    coverage.tags_used_up += place == ReturnPlace::used_up && queued.waited.add(WaitCause::tags) ? 1 : 0;
    return false;
}

} // namespace rootpool::reference
