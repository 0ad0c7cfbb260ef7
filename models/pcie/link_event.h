#pragma once

#include <compare>
#include <cstdint>

#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// What happens at a link, in order: TLPs that are known to be bad leave before the decisions of a tick, those come
/// before its receptions, those before its timers.
enum class LinkEventPhase : std::uint8_t { drop, decision, reception, timer };
struct LinkEventTime {
    pcie::LinkTick tick = pcie::no_tick;
    LinkEventPhase phase = LinkEventPhase::decision;
    friend auto operator<=>(const LinkEventTime&, const LinkEventTime&) = default;
};

} // namespace rootpool::models
