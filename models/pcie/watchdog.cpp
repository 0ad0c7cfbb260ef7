#include "models/pcie/watchdog.h"

#include <algorithm>

namespace rootpool::models {

void Watchdog::start() {
    moves_at_start_ = moves();
    timer_.arm(now() + limit_);
}

void Watchdog::look() {
    if (std::ranges::none_of(parts_, &WatchedPart::waits)) {
        return; // until there is work again
    }
    if (moves() != moves_at_start_) {
        start();
        return;
    }
    pcie::WaitGraph graph;
    for (const WatchedPart* part : parts_) {
        part->explain(graph);
    }
    report_("TLPs wait and none has moved for " + std::to_string(limit_ / 1ns) + " ns; " + graph.report());
}

std::uint64_t Watchdog::moves() const {
    std::uint64_t sum = 0;
    for (const WatchedPart* part : parts_) {
        sum += part->moves();
    }
    return sum;
}

} // namespace rootpool::models
