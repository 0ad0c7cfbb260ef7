#pragma once

#include <span>
#include <string>

#include "rootpool/observe/results.h"

namespace rootpool::cli {

/// Expected, measured, difference and verdict in columns; empty without expectations.
[[nodiscard]] std::string expectation_table(std::span<const observe::ExpectationResult> results);

} // namespace rootpool::cli
