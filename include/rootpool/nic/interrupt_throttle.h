#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/nic/registers.h"

namespace rootpool::nic {

/// One EITR or VTEITR (datasheet section 7.3.2.1): at most one interrupt per interval of 2 us units, at 10 and 1 Gb/s.
class InterruptThrottle {
public:
    static constexpr SimTime unit = 2us;

    [[nodiscard]] std::uint32_t read() const noexcept { return value_; }
    /// Without CNT_WDIS the running interval starts over with the new length.
    void write(std::uint32_t value, SimTime now) noexcept {
        value_ = value & writable;
        if ((value & EITR_CNT_WDIS) == 0) {
            allowed_at_ = now + interval();
        }
    }
    [[nodiscard]] SimTime interval() const noexcept {
        return unit * static_cast<std::int64_t>((value_ & EITR_INTERVAL_MASK) >> EITR_INTERVAL_SHIFT);
    }
    /// The earliest moment of the next interrupt, at or after `now`.
    [[nodiscard]] SimTime next_allowed(SimTime now) const noexcept { return now < allowed_at_ ? allowed_at_ : now; }
    void note_interrupt(SimTime now) noexcept { allowed_at_ = now + interval(); }
    void reset() noexcept { *this = InterruptThrottle(); }

private:
    static constexpr std::uint32_t writable = EITR_INTERVAL_MASK | 1U << 15U; // LLI_MOD; CNT_WDIS reads 0

    std::uint32_t value_ = 0;
    SimTime allowed_at_{};
};

} // namespace rootpool::nic
