#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace rootpool::core {

/// Simulated time and spans of it: a whole number of femtoseconds, the resolution of the simulation. A block of
/// 130 symbols at 32 GT/s lasts 4062.5 ps, so picoseconds would not be exact. 2^63 fs are 9,223 seconds.
/// std::chrono converts coarser units exactly: `SimTime t = 4ns;`.
using SimTime = std::chrono::duration<std::int64_t, std::femto>;

/// The latest moment that a SimTime can name; "never" for deadlines.
inline constexpr SimTime never = SimTime::max();

/// From `from` until `until`, which is later.
struct TimeSpan {
    SimTime from{};
    SimTime until = never;
};

/// The first edge at or after `time` of a clock with this period whose edge 0 is at time 0.
[[nodiscard]] constexpr SimTime align_up(SimTime time, SimTime period) noexcept {
    const auto remainder = time.count() % period.count();
    return remainder == 0 ? time : SimTime{time.count() - remainder + period.count()};
}

/// The first edge after `time` of such a clock: the one that sees what took effect at `time` (docs/timing.md 1).
[[nodiscard]] constexpr SimTime edge_after(SimTime time, SimTime period) noexcept {
    return align_up(time + SimTime{1}, period);
}

} // namespace rootpool::core

namespace rootpool {
using core::SimTime;
using core::TimeSpan;
using namespace std::chrono_literals;
} // namespace rootpool
