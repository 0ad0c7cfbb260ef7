#pragma once

#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// When a link repeats its UpdateFCs though no credit came back: every 30 us (PCIe base 2.6.1.2, docs/timing.md 2.6).
class RefreshSchedule {
public:
    explicit RefreshSchedule(const pcie::LinkClock& clock) noexcept : clock_(clock) {}

    /// The tick at which the next is due.
    [[nodiscard]] pcie::LinkTick next() const noexcept { return next_; }
    /// The tick at which the last was due, as seen at `tick`.
    [[nodiscard]] pcie::LinkTick last(pcie::LinkTick tick) const noexcept {
        return clock_.at_least(clock_.time(tick) / interval * interval);
    }
    void pass() noexcept { set(passed_ + 1); }
    /// Passes all that are due up to `tick`. How many.
    std::uint64_t pass_to(pcie::LinkTick tick) noexcept {
        const std::int64_t before = passed_;
        set(clock_.time(tick) / interval);
        return static_cast<std::uint64_t>(passed_ - before);
    }

private:
    static constexpr SimTime interval = 30us;

    void set(std::int64_t passed) noexcept {
        passed_ = passed;
        next_ = clock_.at_least((passed + 1) * interval);
    }

    const pcie::LinkClock& clock_;
    std::int64_t passed_ = 0;
    pcie::LinkTick next_ = 0;
};

} // namespace rootpool::models
