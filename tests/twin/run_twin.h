#pragma once

#include <array>

#include "tests/reference/coverage.h"
#include "tests/twin/link_case.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// What the twin did with a case, by direction, and what it went through.
struct TwinRun {
    std::array<Trace, 2> traces;
    std::array<reference::Coverage, 2> coverage;
};

[[nodiscard]] TwinRun run_twin(const LinkCase& link);

/// Lines of a trace that do not say who wrote them.
[[nodiscard]] std::string start_line(std::string_view packet, std::string_view content, unsigned fate);
[[nodiscard]] std::string credit_content(pcie::FlowClass flow, unsigned headers, unsigned data);

} // namespace rootpool::twin
