#include "rootpool/scenario/expectation.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "rootpool/scenario/step_metrics.h"
#include "scenario/failure.h"

namespace rootpool::scenario {
namespace {

/// Room for the rounding of decimal numbers, so that a difference of exactly the tolerance passes.
constexpr double rounding = 1e-12;

bool passes(const Expectation& expectation, double value) {
    const auto slack = [](double reference) { return std::abs(reference) * rounding; };
    if (expectation.near) {
        return std::abs(value - *expectation.near) <= expectation.within + slack(*expectation.near);
    }
    if (expectation.equals) {
        return std::abs(value - *expectation.equals) <= slack(*expectation.equals);
    }
    return (!expectation.min || value >= *expectation.min - slack(*expectation.min)) &&
           (!expectation.max || value <= *expectation.max + slack(*expectation.max));
}

/// The number that was named: of `min` and `max` the one that stands first.
std::optional<double> named(const Expectation& expectation) {
    for (const auto& number : {expectation.near, expectation.equals, expectation.min, expectation.max}) {
        if (number) {
            return number;
        }
    }
    return std::nullopt;
}

observe::ExpectationResult evaluate_one(const Expectation& expectation, const observe::Metric* metric) {
    observe::ExpectationResult result;
    result.metric = expectation.metric;
    result.condition = expectation.condition;
    result.source = expectation.source;
    if (metric == nullptr) {
        return result;
    }
    const UnitScale unit = unit_scale(metric->unit);
    result.unit = metric->unit;
    result.actual = metric->as_double();
    if (const auto number = named(expectation)) {
        result.expected = *number / unit.scale;
    }
    result.passed = unit.dimension == expectation.dimension && passes(expectation, metric->as_double() * unit.scale);
    return result;
}

/// Whether its step ran and could not measure it, as a ping without replies has no round-trip time.
bool is_unmeasured(const std::string& metric, const std::vector<std::string>& names) {
    const std::string step = metric.substr(0, metric.rfind('.') + 1);
    return is_step_with_metrics(metric.substr(0, metric.find('.'))) &&
           std::ranges::any_of(names, [&step](const std::string& name) { return name.starts_with(step); });
}

} // namespace

std::vector<observe::ExpectationResult> evaluate(std::span<const Expectation> expectations,
                                                 const observe::MetricSet& metrics) {
    std::vector<observe::ExpectationResult> results;
    results.reserve(expectations.size());
    for (const Expectation& expectation : expectations) {
        results.push_back(evaluate_one(expectation, metrics.find(expectation.metric)));
    }
    return results;
}

void require_known_metrics(std::span<const Expectation> expectations, const observe::MetricSet& metrics) {
    std::vector<std::string> names;
    for (const observe::Metric& metric : metrics.all()) {
        names.push_back(metric.name);
    }
    for (const Expectation& expectation : expectations) {
        const observe::Metric* metric = metrics.find(expectation.metric);
        if (metric == nullptr && is_unmeasured(expectation.metric, names)) {
            continue;
        }
        if (metric == nullptr) {
            fail({.where = expectation.where,
                  .what = fmt::format("the run has no metric '{}'", expectation.metric),
                  .key = "expect",
                  .accepted = names.empty() ? "nothing: the run measured nothing" : enumerate(names),
                  .suggestion = nearest(expectation.metric, names)});
        }
        if (unit_scale(metric->unit).dimension != expectation.dimension) {
            fail({.where = expectation.where,
                  .what = fmt::format("'{}' is measured in '{}', the expectation is '{}'", metric->name, metric->unit,
                                      expectation.condition),
                  .key = "expect"});
        }
    }
}

} // namespace rootpool::scenario
