#include "models/platform/pcie_benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "models/platform/platform.h"
#include "models/platform/step_results.h"

namespace rootpool::models {

using scenario::PcieBenchOperation;

namespace {

constexpr double percent = 100;
constexpr double gigabit = 1e9;

/// None if either is.
[[nodiscard]] std::optional<double> deviation(std::optional<double> measured, std::optional<double> expected) noexcept {
    return measured && expected ? std::optional(percent * (*measured - *expected) / *expected) : std::nullopt;
}

[[nodiscard]] std::optional<double> in_gigabits(std::optional<double> rate) noexcept {
    return rate ? std::optional(*rate / gigabit) : std::nullopt;
}

/// Of a CSV file.
[[nodiscard]] std::string cell(int digits, std::optional<double> value) {
    return value ? fmt::format("{:.{}f}", *value, digits) : "";
}

[[nodiscard]] double nanoseconds(SimTime time) { return std::chrono::duration<double, std::nano>(time).count(); }

} // namespace

void PcieBenchmark::add_metrics(const scenario::PcieBench& step, const std::vector<Point>& points, SimTime start) {
    const auto sum = [&points](std::uint64_t Point::*count) {
        return std::accumulate(points.begin(), points.end(), std::uint64_t{0},
                               [count](std::uint64_t total, const Point& point) { return total + point.*count; });
    };
    StepResults results(metrics_, "pcie_bench", step.name);
    results.add("points", static_cast<std::uint64_t>(std::ranges::count_if(points, &Point::complete)));
    results.add("transfers", sum(&Point::transfers));
    results.add("wrong_bytes", sum(&Point::wrong_bytes));
    results.add("unexpected_completions", sum(&Point::unexpected_completions));
    results.add("failed_transfers", sum(&Point::failed_transfers));
    results.add("lost_writes", sum(&Point::lost_writes));
    results.add("failed", std::uint64_t{points.back().failure.empty() ? 0U : 1U});
    if (step.operation == PcieBenchOperation::read_latency) {
        add_latency(results, points.front());
    } else if (std::ranges::all_of(points, &Point::complete)) {
        add_bandwidth(results, points);
    }
    results.add("start", start);
}

void PcieBenchmark::add_latency(StepResults& results, const Point& smallest) {
    if (smallest.latency) {
        results.add("latency_min", smallest.latency->min);
        results.add("latency_median", smallest.latency->median);
        results.add("latency_p99", smallest.latency->p99);
        results.add("latency_max", smallest.latency->max);
    }
}

/// Of all sizes: what is missing may have been the slowest.
void PcieBenchmark::add_bandwidth(StepResults& results, const std::vector<Point>& points) {
    std::uint64_t table_points = 0;
    double formula_deviation = 0;
    double table_deviation = 0;
    for (const Point& point : points) {
        formula_deviation = std::max(formula_deviation, std::abs(*deviation(point.measured, point.calculated)));
        if (const std::optional<double> difference = deviation(point.measured, point.published)) {
            ++table_points;
            table_deviation = std::max(table_deviation, std::abs(*difference));
        }
    }
    const auto [slowest, fastest] = std::ranges::minmax(points, {}, &Point::measured);
    results.add("bandwidth_min", *slowest.measured);
    results.add("bandwidth_max", *fastest.measured);
    results.add("formula_deviation", formula_deviation);
    results.add("table_points", table_points);
    if (table_points != 0) {
        results.add("table_deviation", table_deviation);
    }
}

void PcieBenchmark::write_files(const scenario::PcieBench& step, const std::vector<Point>& points) {
    if (step.operation == PcieBenchOperation::read_latency) {
        std::string csv = "size_bytes,transfers,min_ns,median_ns,p99_ns,max_ns\n";
        for (const Point& point : points) {
            csv += fmt::format("{},{},", point.bytes, point.transfers);
            csv += point.latency ? fmt::format("{:.3f},{:.3f},{:.3f},{:.3f}\n", nanoseconds(point.latency->min),
                                               nanoseconds(point.latency->median), nanoseconds(point.latency->p99),
                                               nanoseconds(point.latency->max))
                                 : ",,,\n";
        }
        platform_.files().write_series({step.name,
                                        "Latency of DMA reads",
                                        "size in bytes",
                                        "latency in ns",
                                        {{3, "smallest"}, {4, "median"}, {5, "99th percentile"}, {6, "largest"}}},
                                       csv);
        return;
    }
    std::string csv = "size_bytes,transfers,measured_gbps,calculated_gbps,published_gbps,calculated_deviation_percent,"
                      "published_deviation_percent\n";
    for (const Point& point : points) {
        csv += fmt::format("{},{},{},{:.4f},{},{},{}\n", point.bytes, point.transfers,
                           cell(4, in_gigabits(point.measured)), point.calculated / gigabit,
                           cell(2, in_gigabits(point.published)), cell(3, deviation(point.measured, point.calculated)),
                           cell(3, deviation(point.measured, point.published)));
    }
    platform_.files().write_series({step.name,
                                    "Bandwidth of DMA, one direction",
                                    "size in bytes",
                                    "payload in Gb/s",
                                    {{3, "measured", true}, {4, "calculated"}, {5, "published"}}},
                                   csv);
}

} // namespace rootpool::models
