#pragma once

#include <vector>

#include "rootpool/observe/metrics.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

/// Metrics of steps in the order of the script, whichever of those in parallel ended first, and then all others.
[[nodiscard]] observe::MetricSet in_script_order(const observe::MetricSet& metrics,
                                                 const std::vector<scenario::Step>& timeline);

} // namespace rootpool::models
