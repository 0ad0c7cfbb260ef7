#include "rootpool/observe/results.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "rootpool/observe/atomic_file.h"
#include "tests/unit/observe/temporary_folder.h"

namespace rootpool::observe {
namespace {

[[nodiscard]] RunResult example() {
    RunResult result;
    result.scenario = "paper/fig10-pooled-client";
    result.seed = UINT64_MAX;
    result.event_hash = 0x0123'4567'89AB'CDEFULL;
    result.simulated_time = 1500ms;
    result.metrics.add("iperf.server2.goodput", 9.39, "Gb/s", "TCP payload per second");
    result.metrics.add("nic0.frames", 812'345, "frames", "sent");
    result.expectations.push_back(
        {"iperf.server2.goodput", "near 9.39 Gb/s within 0.5 %", 9.39, 9.39, "Gb/s", "paper Fig. 10", true});
    return result;
}

TEST(ResultJson, HasTheseBytes) {
    EXPECT_EQ(to_json(example()), R"({
  "schema": 1,
  "scenario": "paper/fig10-pooled-client",
  "seed": 18446744073709551615,
  "event_hash": "0123456789abcdef",
  "simulated_time": {
    "femtoseconds": 1500000000000000,
    "seconds": 1.5
  },
  "partial": false,
  "violation": null,
  "passed": true,
  "expectations": [
    {
      "metric": "iperf.server2.goodput",
      "condition": "near 9.39 Gb/s within 0.5 %",
      "expected": 9.39,
      "actual": 9.39,
      "unit": "Gb/s",
      "source": "paper Fig. 10",
      "passed": true
    }
  ],
  "metrics": [
    {
      "name": "iperf.server2.goodput",
      "value": 9.39,
      "unit": "Gb/s",
      "description": "TCP payload per second"
    },
    {
      "name": "nic0.frames",
      "value": 812345,
      "unit": "frames",
      "description": "sent"
    }
  ]
}
)");
}

TEST(ResultJson, OneFailedExpectationFailsTheRun) {
    RunResult result = example();
    result.expectations.push_back({"ping.loss", "max 0 %", 0.0, std::nullopt, "%", "", false});
    const auto json = nlohmann::json::parse(to_json(result));
    EXPECT_FALSE(json["passed"]);
    EXPECT_TRUE(json["expectations"][1]["actual"].is_null()) << "a metric that the run does not have has no value";
}

TEST(ResultJson, ARunThatWasCutShortIsPartialAndHasNotPassed) {
    RunResult result = example();
    result.partial = true;
    const auto json = nlohmann::json::parse(to_json(result));
    EXPECT_TRUE(json["partial"]);
    EXPECT_TRUE(json["expectations"][0]["passed"]);
    EXPECT_FALSE(json["passed"]);
}

TEST(CapturesJson, NamesSinksThatStopped) {
    const std::vector<StoppedSink> sinks{{"pcap", 100'000, 2us, "stops after 100000 frames"}};
    const auto json = nlohmann::json::parse(to_json(sinks));
    EXPECT_EQ(json[0]["sink"], "pcap");
    EXPECT_EQ(json[0]["records"], 100'000);
    EXPECT_EQ(json[0]["at"]["femtoseconds"], 2'000'000'000);
}

TEST(ResultJson, TextThatIsNotUtf8DoesNotEndTheRun) {
    RunResult result = example();
    result.scenario = "\xff\"\n";
    EXPECT_EQ(nlohmann::json::parse(to_json(result))["scenario"], "\xEF\xBF\xBD\"\n");
}

TEST(WriteResult, ReportsAFolderThatCannotBeMade) {
    const test::TemporaryFolder folder;
    write_atomically(folder / "file", "");
    EXPECT_THROW(write_result(folder / "file/result.json", example()), OutputError);
    write_result(folder / "result.json", example());
    EXPECT_EQ(test::read_file(folder / "result.json"), to_json(example()));
}

} // namespace
} // namespace rootpool::observe
