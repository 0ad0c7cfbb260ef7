#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/observe/capture_limit.h"
#include "rootpool/observe/metrics.h"

namespace rootpool::observe {

/// How one line of a scenario's `expect` block ended.
struct ExpectationResult {
    std::string metric;
    std::string condition;          ///< as written, e.g. "near 9.39 Gb/s within 0.5 %"
    std::optional<double> expected; ///< the number that was named, in the metric's unit
    std::optional<double> actual;   ///< empty: the run has no such metric
    std::string unit;
    std::string source; ///< where the number comes from, e.g. "paper Fig. 10"
    bool passed = false;
};

/// Everything that result.json says. Holds no wall-clock time, no path and nothing of what
/// else is written, so that equal runs give equal bytes.
struct RunResult {
    std::string scenario;
    std::uint64_t seed = 0;
    std::uint64_t event_hash = 0;
    SimTime simulated_time{};
    bool partial = false;  ///< interrupted, or ended by a model violation
    std::string violation; ///< which rule the model broke; empty: none
    MetricSet metrics;
    std::vector<ExpectationResult> expectations;

    /// Every expectation passed, and the run came to its end.
    [[nodiscard]] bool passed() const noexcept;
};

inline constexpr int result_schema_version = 1;

/// The text of result.json; docs/outputs.md describes the fields. Ends with a line feed.
[[nodiscard]] std::string to_json(const RunResult& result);
/// The text of captures.json.
[[nodiscard]] std::string to_json(std::span<const StoppedSink> sinks);
/// Writes `path` through write_atomically(). Throws OutputError.
void write_result(const std::filesystem::path& path, const RunResult& result);

} // namespace rootpool::observe
