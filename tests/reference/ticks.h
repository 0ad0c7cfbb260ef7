#pragma once

#include <cstdint>
#include <limits>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::reference {

/// Number of an edge of a link's clock, from 0.
using Tick = std::uint64_t;
/// "Never", for what is not scheduled.
inline constexpr Tick no_tick = std::numeric_limits<Tick>::max();

/// One edge of a link's clock.
struct Moment {
    Tick tick = 0;
    SimTime time{};
};

/// How long a DLLP occupies the wire: as many ticks as its 8 bytes need, or 8 symbol times whatever the width.
enum class DllpLength : std::uint8_t { exact, one_lane };

/// The link clock and the lengths of packets in it (docs/timing.md 2.1).
class LinkTicks {
public:
    /// Throws std::invalid_argument for a generation other than 1 to 5 or a width other than 1, 2, 4, 8, 16.
    LinkTicks(unsigned generation, unsigned width, DllpLength dllp_length);

    /// Time of a tick, rounded up to a femtosecond; nothing accumulates.
    [[nodiscard]] SimTime time_of(Tick tick) const noexcept {
        const std::uint64_t sixteenths = tick * period_sixteenths_;
        return SimTime{static_cast<std::int64_t>((sixteenths + 15) / 16)};
    }
    /// A span of time in ticks, rounded up.
    [[nodiscard]] Tick ticks_in(SimTime span) const noexcept {
        return (static_cast<std::uint64_t>(span.count()) * 16 + period_sixteenths_ - 1) / period_sixteenths_;
    }
    [[nodiscard]] Tick symbols(Tick count) const noexcept { return count << symbol_shift_; }
    [[nodiscard]] Tick symbol_of(Tick tick) const noexcept { return tick >> symbol_shift_; }
    [[nodiscard]] bool starts_symbol(Tick tick) const noexcept { return symbols(symbol_of(tick)) == tick; }

    /// 2.5 and 5 GT/s, where symbols have 10 bits and framing has rules of its own.
    [[nodiscard]] bool is_8b10b() const noexcept { return generation_ <= 2; }
    [[nodiscard]] unsigned generation() const noexcept { return generation_; }
    [[nodiscard]] unsigned width() const noexcept { return width_; }

    [[nodiscard]] Tick tlp_length(unsigned link_bytes) const noexcept { return link_bytes / 4 * four_bytes_; }
    [[nodiscard]] Tick dllp_length() const noexcept { return dllp_length_; }
    [[nodiscard]] Tick skip_length() const noexcept { return symbols(is_8b10b() ? 4 : 16); }
    /// Between two SKP ordered sets (PCIe base 4.2.8.4).
    [[nodiscard]] Tick skip_interval() const noexcept { return symbols(is_8b10b() ? 1538 : 375 * 16); }

private:
    unsigned generation_;
    unsigned width_;
    unsigned symbol_shift_; ///< log2 of the ticks in a symbol time
    Tick four_bytes_;
    std::uint64_t period_sixteenths_; ///< of a femtosecond: a quarter of 253.90625 ps is a whole number of them
    Tick dllp_length_;
};

/// Bytes of a TLP on the link: 8 of framing, sequence number and LCRC around header, data and ECRC (PCIe base 4.2.1,
/// 4.2.2).
[[nodiscard]] constexpr unsigned link_bytes(const pcie::TlpHeader& header) noexcept {
    return 8U + pcie::header_bytes(header) + pcie::payload_bytes(header) + (header.digest ? 4U : 0U);
}
inline constexpr unsigned dllp_bytes = 8;

} // namespace rootpool::reference
