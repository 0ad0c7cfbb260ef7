#pragma once

#include <cstdint>

namespace rootpool::reference {

/// What a non-posted request finds at the return route (docs/timing.md 3.3).
enum class ReturnPlace : std::uint8_t { free, quota_reached, used_up };

} // namespace rootpool::reference
