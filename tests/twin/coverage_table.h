#pragma once

#include "tests/reference/coverage.h"
#include "tests/twin/counter_table.h"

namespace rootpool::twin {

/// What the end of a link went through.
[[nodiscard]] std::vector<Counter> counters_of(const reference::Coverage& of);

/// Adds counters for each cell of the ordering table. `together`: why a posted TLP never has to pass another; empty: it
/// has to.
void add_ordering(std::vector<Counter>& made, const reference::OrderingCounts& passed,
                  const reference::OrderingCounts& forbidden, std::string_view together);

} // namespace rootpool::twin
