#include "rootpool/scenario/step_metrics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rootpool/scenario/keys.h"

namespace rootpool::scenario {
namespace {

constexpr auto table = std::to_array<StepMetric>({
    {"iperf", "goodput", Dimension::data_rate, "Payload that the receiving program got, over the duration of the step"},
    {"iperf", "bytes", Dimension::data_size, "Payload that the receiving program got; TCP: within the duration"},
    {"iperf", "wrong_bytes", Dimension::data_size, "Payload that differs from what was sent"},
    {"iperf", "retransmissions", Dimension::count, "Segments that TCP sent again"},
    {"iperf", "failed", Dimension::count, "Connections that could not be made or broke"},
    {"iperf", "datagrams", Dimension::count, "Datagrams sent (UDP)"},
    {"iperf", "lost", Dimension::count, "Datagrams that did not arrive (UDP)"},
    {"iperf", "refused", Dimension::count, "Datagrams that the sender's kernel had no memory for (UDP)"},
    {"iperf", "start", Dimension::time, "Simulated time at which the step began"},
    {"ping", "transmitted", Dimension::count, "Requests sent"},
    {"ping", "received", Dimension::count, "Replies that came"},
    {"ping", "loss", Dimension::percent, "Requests without a reply"},
    {"ping", "rtt_first", Dimension::time, "Round-trip time of the first reply"},
    {"ping", "rtt_min", Dimension::time, "Smallest round-trip time"},
    {"ping", "rtt_avg", Dimension::time, "Mean round-trip time"},
    {"ping", "rtt_max", Dimension::time, "Largest round-trip time"},
    {"ping", "rtt_mdev", Dimension::time, "Deviation of the round-trip time as ping computes it"},
    {"ping", "start", Dimension::time, "Simulated time at which the step began"},
    {"copy", "bytes", Dimension::data_size, "Bytes that arrived"},
    {"copy", "wrong_bytes", Dimension::data_size, "Bytes that arrived and differ from the file"},
    {"copy", "sha256_equal", Dimension::count, "1: SHA-256 of the file is the same at both ends"},
    {"copy", "failed", Dimension::count, "1: the connection could not be made or broke"},
    {"copy", "duration", Dimension::time, "From the connection to the last byte"},
    {"copy", "goodput", Dimension::data_rate, "Bytes over duration"},
    {"copy", "start", Dimension::time, "Simulated time at which the step began"},
    {"lspci", "functions", Dimension::count, "Functions that the server's enumeration found"},
    {"lspci", "virtual_functions", Dimension::count, "Those of them that are VFs of an 82599 (8086:10ed)"},
    {"pcie_bench", "points", Dimension::count, "Sizes that were measured"},
    {"pcie_bench", "transfers", Dimension::count, "Transfers that were measured, of all sizes"},
    {"pcie_bench", "wrong_bytes", Dimension::data_size,
     "Bytes in the device or in memory that differ from the pattern"},
    {"pcie_bench", "failed", Dimension::count,
     "1: the step ended early because the probe could not be started, transfers failed or did not end, or writes were "
     "lost; the server's console says which"},
    {"pcie_bench", "failed_transfers", Dimension::count,
     "Transfers that ended with an error or a reset of the probe, or had no completions until 50 ms after the "
     "duration"},
    {"pcie_bench", "lost_writes", Dimension::count,
     "Write requests that were not in memory until 50 ms after the duration"},
    {"pcie_bench", "unexpected_completions", Dimension::count,
     "Completions that came to the device and belong to no request"},
    {"pcie_bench", "bandwidth_min", Dimension::data_rate, "Payload in one direction at the slowest size"},
    {"pcie_bench", "bandwidth_max", Dimension::data_rate, "Payload in one direction at the fastest size"},
    {"pcie_bench", "formula_deviation", Dimension::percent, "Largest difference from the calculated bandwidth"},
    {"pcie_bench", "table_deviation", Dimension::percent, "Largest difference from the published bandwidth"},
    {"pcie_bench", "table_points", Dimension::count, "Sizes for which there is a published bandwidth"},
    {"pcie_bench", "latency_min", Dimension::time, "Smallest latency of the smallest size (read_latency)"},
    {"pcie_bench", "latency_median", Dimension::time, "Median latency of the smallest size (read_latency)"},
    {"pcie_bench", "latency_p99", Dimension::time,
     "99th percentile of the latency of the smallest size (read_latency)"},
    {"pcie_bench", "latency_max", Dimension::time, "Largest latency of the smallest size (read_latency)"},
    {"pcie_bench", "start", Dimension::time, "Simulated time at which the step began"},
});

} // namespace

std::span<const StepMetric> step_metrics() noexcept { return table; }

bool is_step_with_metrics(std::string_view word) noexcept {
    return std::ranges::find(table, word, &StepMetric::step) != table.end();
}

const StepMetric* find_step_metric(std::string_view step, std::string_view quantity) noexcept {
    const auto found = std::ranges::find_if(
        table, [=](const StepMetric& metric) { return metric.step == step && metric.quantity == quantity; });
    return found == table.end() ? nullptr : &*found;
}

std::string metric_reference() {
    std::string text = "| metric | units | meaning |\n|---|---|---|\n";
    for (const StepMetric& metric : table) {
        const std::string units = unit_names(metric.dimension);
        text += fmt::format("| `{}.NAME.{}` | {} | {} |\n", metric.step, metric.quantity,
                            units.empty() ? "none: a number" : units, metric.description);
    }
    return text;
}

std::vector<std::string> quantities_of(std::string_view step) {
    std::vector<std::string> names;
    for (const StepMetric& metric : table) {
        if (metric.step == step) {
            names.emplace_back(metric.quantity);
        }
    }
    return names;
}

} // namespace rootpool::scenario
