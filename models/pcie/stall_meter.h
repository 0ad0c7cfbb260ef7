#pragma once

#include <algorithm>
#include <array>

#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// Time that the oldest TLP waited for credits, by its class and by what it lacked: headers, data.
using StallTimes = std::array<std::array<SimTime, 2>, pcie::flow_class_count>;

/// Adds it up, by the ticks at which things took effect: when they are looked at makes no difference. Who charges does
/// so before the oldest TLP or what it lacks changes, and before the times are read.
class StallMeter {
public:
    explicit StallMeter(StallTimes& times) noexcept : times_(times) {}

    /// Another TLP is the oldest, and may start from `tick` on.
    void start(pcie::LinkTick tick) noexcept { since_ = tick; }
    /// Up to tick `until` the oldest TLP, of class `flow`, had this lack. It could have started at `from`.
    void charge(pcie::FlowClass flow, pcie::CreditStall lack, pcie::LinkTick from, pcie::LinkTick until,
                const pcie::LinkClock& clock) noexcept {
        const pcie::LinkTick begin = std::max(from, since_);
        if (lack != pcie::CreditStall::none && begin < until) {
            times_[static_cast<std::size_t>(flow)][lack == pcie::CreditStall::headers ? 0 : 1] +=
                clock.time(until) - clock.time(begin);
        }
        since_ = std::max(since_, until);
    }

private:
    StallTimes& times_;
    pcie::LinkTick since_ = 0; ///< what was before is charged, or was no stall
};

} // namespace rootpool::models
