#pragma once

#include "rootpool/scenario/config.h"

namespace rootpool::scenario {

/// The most that the fixed times of a timeline may add up to. A SimTime ends after 9,223 s; the rest is for what takes
/// as long as it takes, and for timers that run ahead.
inline constexpr SimTime longest_timeline = 9'000s;

/// What the step takes at least as the script says: durations and waits; of `parallel` the longest. A copy takes none.
/// core::never if it is more than a SimTime holds.
[[nodiscard]] SimTime planned_time(const Step& step);
/// The sum over the timeline.
[[nodiscard]] SimTime planned_time(const Config& config);

} // namespace rootpool::scenario
