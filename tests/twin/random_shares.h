#pragma once

#include "tests/twin/random.h"
#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// What a root may have of the port of a device, and for how long it may be in the way; and which roots get stuck. The
/// ports are chosen.
void choose_shares(SwitchCase& of, Random& random);

/// The edges of the fabric are ticks of all links up to 5 GT/s.
[[nodiscard]] inline SimTime sometimes_at_edge(SimTime time, Random& random) {
    return random.one_in(3) ? core::align_up(time, 4ns) : time;
}

} // namespace rootpool::twin
