#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/scenario/units.h"

namespace rootpool::scenario {

/// One metric that a step of the timeline gives: <step>.<name of the step>.<quantity>.
struct StepMetric {
    std::string_view step;
    std::string_view quantity;
    Dimension dimension; ///< of its value, which is in base_unit()
    std::string_view description;
};

[[nodiscard]] std::span<const StepMetric> step_metrics() noexcept;
[[nodiscard]] bool is_step_with_metrics(std::string_view word) noexcept;
[[nodiscard]] const StepMetric* find_step_metric(std::string_view step, std::string_view quantity) noexcept;
[[nodiscard]] std::vector<std::string> quantities_of(std::string_view step);

} // namespace rootpool::scenario
