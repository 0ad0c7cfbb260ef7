#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::pcie {

/// A moment or a span on a link, in link ticks (see LinkClock).
using LinkTick = std::int64_t;
inline constexpr LinkTick no_tick = INT64_MAX;

/// The clock of a link: 1, 1, 1, 2 or 4 ticks a symbol time for x1, x2, x4, x8 and x16, so that every packet starts at
/// a tick and 4 bytes take a whole number of them. Tick n is at n x symbol time / ticks a symbol, rounded up to a
/// femtosecond: nothing accumulates. The link is one that is_supported() accepts.
class LinkClock {
public:
    explicit LinkClock(const LinkParameters& link) noexcept
        : per_symbol_(link.width <= 4 ? 1 : link.width / 4), per_dword_(link.width >= 4 ? 1 : 4 / link.width),
          within_symbol_(per_symbol_ - 1), numerator_(detail::slowest_symbol(link.generation)),
          shift_(detail::doublings(link.generation) + (link.width <= 4   ? 0U
                                                       : link.width == 8 ? 1U
                                                                         : 2U)) {
        while (shift_ > 0 && numerator_ % 2 == 0) {
            numerator_ /= 2;
            --shift_;
        }
    }

    [[nodiscard]] LinkTick per_symbol() const noexcept { return per_symbol_; }
    [[nodiscard]] LinkTick symbols(LinkTick count) const noexcept { return count * per_symbol_; }
    /// Ticks that a packet occupies the wire; `bytes` is a multiple of 4.
    [[nodiscard]] LinkTick packet(unsigned bytes) const noexcept { return bytes / 4 * per_dword_; }

    [[nodiscard]] SimTime time(LinkTick tick) const noexcept {
        if (shift_ == 0) {
            return SimTime{tick * numerator_};
        }
        const Wide product = static_cast<Wide>(tick) * numerator_;
        return SimTime{static_cast<std::int64_t>((product + (Wide{1} << shift_) - 1) >> shift_)};
    }
    /// The last tick at or before `time`; `time` is not negative.
    [[nodiscard]] LinkTick at_or_before(SimTime time) const noexcept {
        const std::int64_t whole = time.count() / numerator_;
        if (shift_ == 0) {
            return whole;
        }
        const std::int64_t rest = time.count() % numerator_;
        return (whole << shift_) + (rest << shift_) / numerator_;
    }
    /// The first tick after `time`: the first that sees what took effect at `time`.
    [[nodiscard]] LinkTick after(SimTime time) const noexcept { return at_or_before(time) + 1; }
    /// Ticks that last at least `span`.
    [[nodiscard]] LinkTick at_least(SimTime span) const noexcept {
        return span.count() <= 0 ? 0 : at_or_before(span - SimTime{1}) + 1;
    }
    /// The first tick of a symbol time at or after `tick`.
    [[nodiscard]] LinkTick symbol_start(LinkTick tick) const noexcept {
        return (tick + within_symbol_) & ~within_symbol_; // per_symbol() is a power of two
    }

private:
    __extension__ using Wide = __int128; // a tick times its length in parts of a femtosecond

    LinkTick per_symbol_;
    LinkTick per_dword_;
    LinkTick within_symbol_; ///< mask
    std::int64_t numerator_; ///< a tick in femtoseconds is numerator_ / 2^shift_
    unsigned shift_;
};

/// Time that a packet of `bytes`, a multiple of 4, occupies the link; rounded up to a femtosecond.
[[nodiscard]] inline SimTime wire_time(const LinkParameters& link, unsigned bytes) noexcept {
    const LinkClock clock(link);
    return clock.time(clock.packet(bytes));
}

} // namespace rootpool::pcie
