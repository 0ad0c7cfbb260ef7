#pragma once

#include "tests/reference/settings.h"

namespace rootpool::reference {

/// Ack latency limit in symbol times (PCIe base tables 3-10 to 3-12; the last also above 8 GT/s). Throws
/// std::invalid_argument for a maximum payload that is no power of two from 128 to 4096.
[[nodiscard]] Tick ack_limit_symbols(unsigned generation, unsigned width, unsigned max_payload);

/// The spans of docs/timing.md 2 in ticks of one link.
struct LinkLimits {
    LinkLimits(const LinkSettings& settings, const LinkTicks& ticks);

    Tick flight;        ///< first symbol out of one end to first symbol into the other
    Tick ack;           ///< acceptance of a TLP to its Ack
    Tick update;        ///< first tick that sees a release to its UpdateFC
    Tick replay;        ///< end of a TLP to the expiry of the replay timer
    Tick retrain;       ///< wires are silent
    Tick reset_entry;   ///< command of a hot reset to the link that is down
    Tick training;      ///< end of a hot reset to the link that is up
    Tick skip_interval; ///< between SKP ordered sets
    Tick init_repeat;   ///< start of an InitFC triple to its repetition (PCIe base 3.4.1)
};

/// Between refreshes of the credits (PCIe base 2.6.1.2).
inline constexpr SimTime refresh_interval = 30us;

} // namespace rootpool::reference
