#include "rootpool/scenario/planned_time.h"

#include <gtest/gtest.h>

#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

TEST(PlannedTime, IsThatOfTheSteps) {
    const auto planned = [](const std::string& step) {
        return planned_time(
            parse(test::replaced(test::pooled_script,
                                 "  - iperf: {client: server2.vf0, server: server3, duration: 1 s}\n", step),
                  "file.yaml")
                .config);
    };
    const std::string iperf = "iperf: {client: server2.vf0, server: server3, duration: 1 s}\n";
    EXPECT_EQ(planned("  - wait: 2 s\n  - " + iperf), SimTime{3s});
    EXPECT_EQ(planned("  - parallel:\n      - wait: 2 s\n      - " + iperf), SimTime{2s});
    EXPECT_EQ(planned("  - ping: {from: server2.vf0, to: server3, count: 6}\n  - " + iperf), SimTime{6s});
}

TEST(PlannedTime, EndsWhereSimulatedTimeEnds) {
    Ping ping;
    ping.count = 65'535;
    ping.interval = 1'000s;
    EXPECT_EQ(planned_time(Step{ping, ""}), core::never);
    Config config;
    config.timeline = {Step{Wait{core::never}, ""}, Step{Wait{1s}, ""}};
    EXPECT_EQ(planned_time(config), core::never);
}

} // namespace
} // namespace rootpool::scenario
