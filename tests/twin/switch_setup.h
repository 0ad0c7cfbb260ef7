#pragma once

#include "models/pooling/multi_root_switch.h"
#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// Puts the tables of a case into the model of a switch through its doors: configuration requests of roots, which the
/// device completes at once, and the pool manager. Before the simulation; no time passes. Returns the number of tags
/// that the engine of each device has used.
[[nodiscard]] std::vector<unsigned> set_up(models::MultiRootSwitch& model, const SwitchCase& of,
                                           pcie::TlpFactory& factory);

} // namespace rootpool::twin
