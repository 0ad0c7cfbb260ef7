#pragma once

#include <cstdint>

#include "rootpool/core/time.h"

namespace rootpool::reference {

/// Number of an edge of the fabric clock, from 0 (docs/timing.md 3).
using Edge = std::uint64_t;
/// 250 MHz.
inline constexpr SimTime fabric_period = 4ns;

[[nodiscard]] constexpr SimTime time_of(Edge edge) noexcept { return fabric_period * static_cast<std::int64_t>(edge); }

/// The first edge after `time`.
[[nodiscard]] constexpr Edge edge_after(SimTime time) noexcept {
    return static_cast<Edge>(time.count() / fabric_period.count()) + 1;
}

} // namespace rootpool::reference
