#pragma once

#include <array>
#include <cstdint>

#include "tests/reference/coverage.h"
#include "tests/reference/switch_settings.h"

namespace rootpool::reference {

/// What a switch went through, its links apart.
struct SwitchCoverage {
    std::array<std::uint64_t, arbiter_count> conflicts{}; ///< edges at which several inputs had a candidate, by arbiter
    OrderingCounts passed{};                    ///< [later][earlier]: the later TLP was granted before the earlier
    OrderingCounts forbidden{};                 ///< [later][earlier]: later TLPs that the table held back
    PerClass<std::uint64_t> place_stalls{};     ///< TLPs that waited for a place of the egress port
    std::uint64_t return_route_stalls = 0;      ///< requests that waited for a tag or their root's quota
    std::uint64_t tags_used_up = 0;             ///< and that waited while all tags or the one known place were in use
    std::uint64_t requester_remaps = 0;         ///< of requests of lent VFs
    std::uint64_t completer_remaps = 0;         ///< of completions of lent VFs
    std::uint64_t completion_returns = 0;       ///< of completions to lent VFs
    std::uint64_t bar_remaps = 0;               ///< of requests to lent VFs
    std::uint64_t restored_requests = 0;        ///< completions that got the numbers of their request back
    std::uint64_t refused_by_switch = 0;        ///< UR for what no window takes
    std::uint64_t refused_to_root = 0;          ///< UR by the engine, to a root
    std::uint64_t refused_to_device = 0;        ///< UR by engine or bridge, to a device
    std::uint64_t dropped = 0;                  ///< refused without an answer
    std::uint64_t answered = 0;                 ///< by the switch's own functions or by the shadow
    PerClass<std::uint64_t> moved_to_reserve{}; ///< TLPs above the quota of their root
    PerClass<std::uint64_t> above_quota{};      ///< TLPs that found no room in the reserve either
    std::uint64_t fences = 0;
    std::uint64_t unfences = 0;
    std::uint64_t cut_through = 0;          ///< TLPs in a queue before they were whole
    std::uint64_t bad_granted = 0;          ///< of these, bad ones that went on
    std::uint64_t bad_dropped = 0;          ///< bad ones that had not gone when their end was known
    std::uint64_t fenced_waiting = 0;       ///< TLPs of devices that waited when the fence began
    std::uint64_t fenced_later = 0;         ///< and that came while it held
    std::uint64_t fenced_answered = 0;      ///< of both, UR to the device
    std::uint64_t fenced_requests = 0;      ///< of roots that are fenced
    std::uint64_t dropped_by_reset = 0;     ///< out of a queue
    std::uint64_t lost_above = 0;           ///< TLPs of a device for a root that is in reset
    std::uint64_t function_resets = 0;      ///< by the engine
    std::uint64_t abandoned = 0;            ///< completions for a root that was reset since it asked
    std::uint64_t refused_without_link = 0; ///< UR while the device's link is down
};

} // namespace rootpool::reference
