#pragma once

#include "tests/reference/coverage.h"
#include "tests/reference/switch_coverage.h"
#include "tests/twin/switch_case.h"
#include "tests/twin/switch_trace.h"

namespace rootpool::twin {

/// What the twin did with a case, and what it went through.
struct SwitchTwinRun {
    SwitchTraces traces;
    reference::SwitchCoverage coverage;
    std::vector<reference::Coverage> links; ///< of the ends of all links
};

/// Runs the twin of a switch, with a mistake of the switch if one is asked for.
[[nodiscard]] SwitchTwinRun run_switch_twin(const SwitchCase& of,
                                            reference::Mutation mutation = reference::Mutation::none);

} // namespace rootpool::twin
