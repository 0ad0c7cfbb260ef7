#pragma once

#include "tests/twin/switch_trace.h"
#include "tests/twin/waves.h"

namespace rootpool::twin {

/// Writes model.vcd and twin.vcd around a difference: of each link what is on the wire and what comes out of it, of
/// each output of the crossbar what it grants.
void write_waves(const std::filesystem::path& folder, const SwitchCase& of, const SwitchDifference& difference,
                 const SwitchTraces& model, const SwitchTraces& twin);

} // namespace rootpool::twin
