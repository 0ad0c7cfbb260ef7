#pragma once

#include <algorithm>
#include <cstdint>

#include "rootpool/core/time.h"

namespace rootpool::models {

/// Count, sum and extremes of a latency.
class LatencyStatistics {
public:
    void add(SimTime latency) noexcept {
        ++count_;
        sum_ += latency;
        min_ = std::min(min_, latency);
        max_ = std::max(max_, latency);
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// 0 when nothing was added.
    [[nodiscard]] SimTime mean() const noexcept {
        return count_ == 0 ? SimTime{0} : SimTime{sum_.count() / static_cast<std::int64_t>(count_)};
    }
    [[nodiscard]] SimTime min() const noexcept { return min_; }
    [[nodiscard]] SimTime max() const noexcept { return max_; }

private:
    std::uint64_t count_ = 0;
    SimTime sum_{};
    SimTime min_ = core::never;
    SimTime max_{};
};

} // namespace rootpool::models
