#include "models/pcie/watchdog.h"

#include <algorithm>

namespace rootpool::models {

void Watchdog::start() {
    moves_at_start_ = moves();
    timer_.arm(now() + limit_);
}

void Watchdog::look() {
    const auto some = [this](Waiting waiting) {
        return std::ranges::any_of(parts_, [waiting](const WatchedPart* part) { return part->waiting() == waiting; });
    };
    const bool timed = some(Waiting::for_time);
    if (!timed && !some(Waiting::for_others)) {
        return; // until there is work again
    }
    if (timed || moves() != moves_at_start_) {
        start();
        return;
    }
    pcie::WaitGraph graph;
    for (const WatchedPart* part : parts_) {
        part->explain(graph);
    }
    report_("TLPs wait and none has moved for " + std::to_string(limit_ / 1us) + " us; " + graph.report());
}

std::uint64_t Watchdog::moves() const {
    std::uint64_t sum = 0;
    for (const WatchedPart* part : parts_) {
        sum += part->moves();
    }
    return sum;
}

} // namespace rootpool::models
