#pragma once

#include <array>

#include "tests/reference/coverage.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// What the twin did with a case, and what each end went through.
struct TwinRun {
    Traces traces;
    std::array<reference::Coverage, 2> coverage;
};

/// Runs the twin, with a mistake if one is asked for.
[[nodiscard]] TwinRun run_twin(const LinkCase& of, reference::Mutation mutation = reference::Mutation::none);

} // namespace rootpool::twin
