#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "rootpool/core/error.h"

namespace rootpool::observe {

/// One number of a run. Whole numbers stay whole: a count of frames is not rounded to a double.
struct Metric {
    using Value = std::variant<std::int64_t, double>;

    std::string name; ///< dotted path, e.g. "iperf.server2.goodput"
    Value value;
    std::string unit; ///< "Gb/s", "ns", "frames"; empty for a plain number
    std::string description;

    [[nodiscard]] double as_double() const noexcept;
};

/// All numbers of a run, in the order in which they were added.
class MetricSet {
public:
    /// Throws core::ModelViolation: a name that is taken, or is not dotted segments of letters, digits, '_' and '-'; a
    /// value that a 64-bit signed integer does not hold.
    template <std::integral Integer>
    void add(std::string name, Integer value, std::string unit, std::string description) {
        if (!std::in_range<std::int64_t>(value)) {
            throw core::ModelViolation("metric " + name + " is too large for a 64-bit signed integer");
        }
        insert({std::move(name), static_cast<std::int64_t>(value), std::move(unit), std::move(description)});
    }
    /// Throws core::ModelViolation: as above, and for a value that is not finite.
    void add(std::string name, double value, std::string unit, std::string description);

    /// Throws core::ModelViolation for a name that is taken.
    void add(Metric metric) { insert(std::move(metric)); }

    /// nullptr when there is no such metric.
    [[nodiscard]] const Metric* find(std::string_view name) const;
    [[nodiscard]] const std::vector<Metric>& all() const noexcept { return metrics_; }

private:
    void insert(Metric metric);

    std::vector<Metric> metrics_;
    std::unordered_map<std::string, std::size_t> index_;
};

} // namespace rootpool::observe
