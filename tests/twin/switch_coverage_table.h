#pragma once

#include "tests/twin/counter_table.h"
#include "tests/twin/run_switch_twin.h"

namespace rootpool::twin {

/// What a switch and its links went through.
[[nodiscard]] std::vector<Counter> counters_of(const SwitchTwinRun& run);

} // namespace rootpool::twin
