#include "rootpool/observe/metrics.h"

#include <cmath>

namespace rootpool::observe {

namespace {

[[nodiscard]] bool is_name_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

[[nodiscard]] bool is_dotted_name(std::string_view name) noexcept {
    bool segment_has_characters = false;
    for (const char c : name) {
        if (c == '.' ? !segment_has_characters : !is_name_character(c)) {
            return false;
        }
        segment_has_characters = c != '.';
    }
    return segment_has_characters;
}

} // namespace

double Metric::as_double() const noexcept {
    const auto* whole = std::get_if<std::int64_t>(&value);
    return whole != nullptr ? static_cast<double>(*whole) : *std::get_if<double>(&value);
}

void MetricSet::add(std::string name, double value, std::string unit, std::string description) {
    if (!std::isfinite(value)) {
        throw core::ModelViolation("metric " + name + " is not a finite number");
    }
    insert({std::move(name), value, std::move(unit), std::move(description)});
}

const Metric* MetricSet::find(std::string_view name) const {
    const auto found = index_.find(std::string(name));
    return found == index_.end() ? nullptr : &metrics_[found->second];
}

void MetricSet::insert(Metric metric) {
    if (!is_dotted_name(metric.name)) {
        throw core::ModelViolation("metric name \"" + metric.name +
                                   "\" is not dotted segments of letters, digits, '_' and '-'");
    }
    if (!index_.emplace(metric.name, metrics_.size()).second) {
        throw core::ModelViolation("metric " + metric.name + " was added twice");
    }
    metrics_.push_back(std::move(metric));
}

} // namespace rootpool::observe
