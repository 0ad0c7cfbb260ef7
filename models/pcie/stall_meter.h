#pragma once

#include <array>

#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// Time that the wire was free and TLPs waited for credits, by class of the oldest and by what it lacked: headers,
/// data.
using StallTimes = std::array<std::array<SimTime, 2>, pcie::flow_class_count>;

/// Adds it up.
class StallMeter {
public:
    explicit StallMeter(StallTimes& times) noexcept : times_(times) {}

    [[nodiscard]] bool counts() const noexcept { return since_ != pcie::no_tick; }
    /// The oldest TLP could start at `tick` but for what it lacks.
    void begin(pcie::LinkTick tick, pcie::FlowClass flow, pcie::CreditStall lacks) noexcept {
        if (lacks != pcie::CreditStall::none) {
            since_ = tick;
            waits_ = &times_[static_cast<std::size_t>(flow)][lacks == pcie::CreditStall::headers ? 0 : 1];
        }
    }
    void end(pcie::LinkTick tick, const pcie::LinkClock& clock) noexcept {
        if (counts()) {
            *waits_ += clock.time(tick) - clock.time(since_);
            forget();
        }
    }
    void forget() noexcept { since_ = pcie::no_tick; }

private:
    StallTimes& times_;
    pcie::LinkTick since_ = pcie::no_tick;
    SimTime* waits_ = nullptr;
};

} // namespace rootpool::models
