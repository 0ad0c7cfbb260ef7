#include "rootpool/observe/results.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "rootpool/observe/atomic_file.h"

namespace rootpool::observe {

namespace {

// Keeps the order in which fields are added. Numbers are written with the fewest digits that read back as the same
// double (Grisu2): the same bytes on every machine and in every locale.
using Json = nlohmann::ordered_json;

[[nodiscard]] Json optional_number(const std::optional<double>& number) {
    return number ? Json(*number) : Json(nullptr);
}

[[nodiscard]] Json time_json(SimTime time) {
    return {{"femtoseconds", time.count()}, {"seconds", std::chrono::duration<double>(time).count()}};
}

[[nodiscard]] Json metrics_json(const MetricSet& metrics) {
    Json list = Json::array();
    for (const Metric& metric : metrics.all()) {
        const Json value = std::visit([](auto number) { return Json(number); }, metric.value);
        list.push_back(
            {{"name", metric.name}, {"value", value}, {"unit", metric.unit}, {"description", metric.description}});
    }
    return list;
}

[[nodiscard]] Json expectations_json(const std::vector<ExpectationResult>& expectations) {
    Json list = Json::array();
    for (const ExpectationResult& expectation : expectations) {
        list.push_back({{"metric", expectation.metric},
                        {"condition", expectation.condition},
                        {"expected", optional_number(expectation.expected)},
                        {"actual", optional_number(expectation.actual)},
                        {"unit", expectation.unit},
                        {"source", expectation.source},
                        {"passed", expectation.passed}});
    }
    return list;
}

[[nodiscard]] Json stopped_json(std::span<const StoppedSink> sinks) {
    Json list = Json::array();
    for (const StoppedSink& sink : sinks) {
        list.push_back(
            {{"sink", sink.sink}, {"records", sink.records}, {"at", time_json(sink.at)}, {"reason", sink.reason}});
    }
    return list;
}

} // namespace

bool RunResult::passed() const noexcept {
    return !partial &&
           std::all_of(expectations.begin(), expectations.end(), [](const auto& each) { return each.passed; });
}

std::string to_json(const RunResult& result) {
    const Json json = {{"schema", result_schema_version},
                       {"scenario", result.scenario},
                       {"seed", result.seed},
                       // as text: readers of JSON that know doubles only would lose bits of it
                       {"event_hash", fmt::format("{:016x}", result.event_hash)},
                       {"simulated_time", time_json(result.simulated_time)},
                       {"partial", result.partial},
                       {"violation", result.violation.empty() ? Json(nullptr) : Json(result.violation)},
                       {"passed", result.passed()},
                       {"expectations", expectations_json(result.expectations)},
                       {"metrics", metrics_json(result.metrics)}};
    // text that came from a user's file may hold anything; what is not UTF-8 is replaced instead of refused at the end
    // of a run
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(std::span<const StoppedSink> sinks) { return stopped_json(sinks).dump(2) + "\n"; }

void write_result(const std::filesystem::path& path, const RunResult& result) {
    write_atomically(path, to_json(result));
}

} // namespace rootpool::observe
