#pragma once

#include <span>
#include <vector>

#include "rootpool/observe/metrics.h"
#include "rootpool/observe/results.h"
#include "rootpool/scenario/config.h"

namespace rootpool::scenario {

/// Compares what was expected with what was measured. A metric that the run does not have fails its expectation and
/// leaves ExpectationResult::actual empty; unknown_metrics() says so to the user.
[[nodiscard]] std::vector<observe::ExpectationResult> evaluate(std::span<const Expectation> expectations,
                                                               const observe::MetricSet& metrics);

/// Throws ScenarioError, with the metrics that exist, if an expectation names one that the run does not have or
/// compares it with a number of another dimension. Not for one that a step of the run could have measured and did not:
/// that is a failed expectation.
void require_known_metrics(std::span<const Expectation> expectations, const observe::MetricSet& metrics);

} // namespace rootpool::scenario
