#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "rootpool/core/time.h"
#include "rootpool/observe/metrics.h"

namespace rootpool::models {

/// Adds the metrics of one step: <step>.<name>.<quantity>, with unit and description from the table that scripts are
/// checked against (scenario/step_metrics.h).
class StepResults {
public:
    StepResults(observe::MetricSet& metrics, std::string_view step, std::string_view name) noexcept
        : metrics_(metrics), step_(step), name_(name) {}

    /// Throws core::ModelViolation for a quantity that the table does not have. Data rates in b/s, sizes in bytes.
    template <std::unsigned_integral Count>
    void add(std::string_view quantity, Count value) {
        add_count(quantity, value);
    }
    void add(std::string_view quantity, double value);
    void add(std::string_view quantity, SimTime value);

private:
    void add_count(std::string_view quantity, std::uint64_t value);

    observe::MetricSet& metrics_;
    std::string_view step_;
    std::string_view name_;
};

} // namespace rootpool::models
