#include "models/platform/step_results.h"

#include <fmt/format.h>

#include "rootpool/core/error.h"
#include "rootpool/scenario/step_metrics.h"

namespace rootpool::models {

namespace {

[[nodiscard]] const scenario::StepMetric& described(std::string_view step, std::string_view quantity) {
    const scenario::StepMetric* metric = scenario::find_step_metric(step, quantity);
    if (metric == nullptr) {
        throw core::ModelViolation(fmt::format("step {} has no metric {}", step, quantity));
    }
    return *metric;
}

template <typename Value>
void add_to(observe::MetricSet& metrics, std::string_view step, std::string_view name, std::string_view quantity,
            Value value) {
    const scenario::StepMetric& metric = described(step, quantity);
    metrics.add(fmt::format("{}.{}.{}", step, name, quantity), value,
                std::string(scenario::base_unit(metric.dimension)), std::string(metric.description));
}

} // namespace

void StepResults::add_count(std::string_view quantity, std::uint64_t value) {
    add_to(metrics_, step_, name_, quantity, value);
}

void StepResults::add(std::string_view quantity, double value) { add_to(metrics_, step_, name_, quantity, value); }

void StepResults::add(std::string_view quantity, SimTime value) {
    add_to(metrics_, step_, name_, quantity, std::chrono::duration<double>(value).count());
}

} // namespace rootpool::models
