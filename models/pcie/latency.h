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
        sum_ += latency.count();
        min_ = std::min(min_, latency);
        max_ = std::max(max_, latency);
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// 0 when nothing was added.
    [[nodiscard]] SimTime mean() const noexcept {
        return count_ == 0 ? SimTime{0} : SimTime{static_cast<std::int64_t>(sum_ / static_cast<Wide>(count_))};
    }
    [[nodiscard]] SimTime min() const noexcept { return min_; }
    [[nodiscard]] SimTime max() const noexcept { return max_; }

private:
    __extension__ using Wide = __int128; // ten TLPs that a stuck root kept for 1,000 s are more than 64 bits

    std::uint64_t count_ = 0;
    Wide sum_ = 0; ///< femtoseconds
    SimTime min_ = core::never;
    SimTime max_{};
};

} // namespace rootpool::models
