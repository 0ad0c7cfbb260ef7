#include <gmock/gmock.h>

#include "rootpool/scenario/expectation.h"
#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

using testing::HasSubstr;

observe::MetricSet goodput(double value, std::string unit = "Gb/s") {
    observe::MetricSet metrics;
    metrics.add("iperf.server2.goodput", value, std::move(unit), "");
    return metrics;
}

std::vector<Expectation> expecting(const std::string& condition) {
    return parse(test::replaced(test::pooled_script, "near: 9.39 Gb/s, within: 0.5 %", condition), "file.yaml")
        .config.expectations;
}

bool passes(const std::string& condition, const observe::MetricSet& metrics) {
    return evaluate(expecting(condition), metrics).at(0).passed;
}

TEST(Expectation, RelativeToleranceHasItsEdges) {
    EXPECT_TRUE(passes("near: 10 Gb/s, within: 0.5 %", goodput(10.05)));
    EXPECT_TRUE(passes("near: 10 Gb/s, within: 0.5 %", goodput(9.95)));
    EXPECT_FALSE(passes("near: 10 Gb/s, within: 0.5 %", goodput(10.0501)));
    EXPECT_FALSE(passes("near: 10 Gb/s, within: 0.5 %", goodput(9.9499)));
}

TEST(Expectation, AbsoluteToleranceHasItsEdges) {
    EXPECT_TRUE(passes("near: 10 Gb/s, within: 100 Mb/s", goodput(10.1)));
    EXPECT_FALSE(passes("near: 10 Gb/s, within: 100 Mb/s", goodput(10.11)));
}

TEST(Expectation, LimitsAreInclusive) {
    EXPECT_TRUE(passes("min: 9 Gb/s, max: 10 Gb/s", goodput(9)));
    EXPECT_TRUE(passes("min: 9 Gb/s, max: 10 Gb/s", goodput(10)));
    EXPECT_FALSE(passes("min: 9 Gb/s, max: 10 Gb/s", goodput(8.999)));
    EXPECT_FALSE(passes("min: 9 Gb/s, max: 10 Gb/s", goodput(10.001)));
    EXPECT_TRUE(passes("min: 9 Gb/s", goodput(20)));
}

TEST(Expectation, MayNameWhatThePlatformMeasures) {
    for (const char* metric : {"identity.equal_outstanding", "links.tlps", "switch.refusals", "device.nic3.interrupts",
                               "server.server2.core0.busy"}) {
        const std::string script =
            test::replaced(test::pooled_script, "metric: iperf.server2.goodput, near: 9.39 Gb/s, within: 0.5 %",
                           std::string("min: 1, metric: ") + metric);
        EXPECT_EQ(parse(script, "file.yaml").config.expectations.at(0).metric, metric);
    }
}

TEST(Expectation, EqualMeansEqual) {
    EXPECT_TRUE(passes("equals: 9.39 Gb/s", goodput(9.39)));
    EXPECT_FALSE(passes("equals: 9.39 Gb/s", goodput(9.3901)));
    EXPECT_FALSE(passes("equals: 0 Gb/s", goodput(1e-9)));
}

TEST(Expectation, UnitsOfTheMetricAreTakenIntoAccount) {
    EXPECT_TRUE(passes("near: 9.39 Gb/s, within: 0.5 %", goodput(9390, "Mb/s")));
    EXPECT_FALSE(passes("near: 9.39 Gb/s, within: 0.5 %", goodput(9.39, "Mb/s")));
    EXPECT_FALSE(passes("near: 9.39 Gb/s, within: 0.5 %", goodput(9.39e9, "frames")));
}

TEST(Expectation, NotANumberNeverPasses) {
    observe::MetricSet metrics;
    EXPECT_THROW(metrics.add("iperf.server2.goodput", std::numeric_limits<double>::quiet_NaN(), "Gb/s", ""),
                 core::ModelViolation);
}

TEST(Expectation, ResultNamesNumbersInTheMetricsUnit) {
    const auto result = evaluate(expecting("near: 9.39 Gb/s, within: 0.5 %"), goodput(9400, "Mb/s")).at(0);
    EXPECT_DOUBLE_EQ(result.expected.value(), 9390);
    EXPECT_DOUBLE_EQ(result.actual.value(), 9400);
    EXPECT_EQ(result.source, "paper Fig. 10");
}

TEST(Expectation, MetricThatTheRunDoesNotHaveFailsAndIsNamed) {
    const auto expectations = expecting("min: 1 Gb/s");
    observe::MetricSet metrics;
    metrics.add("iperf.server3.goodput", 9.0, "Gb/s", "");
    EXPECT_FALSE(evaluate(expectations, metrics).at(0).passed);
    try {
        require_known_metrics(expectations, metrics);
        FAIL();
    } catch (const ScenarioError& error) {
        EXPECT_THAT(error.what(), HasSubstr("no metric 'iperf.server2.goodput'"));
        EXPECT_THAT(error.what(), HasSubstr("iperf.server3.goodput"));
    }
}

TEST(Expectation, WhatAStepThatRanDidNotMeasureFailsAndIsNoErrorOfTheScript) {
    const auto expectations = expecting("min: 1 Gb/s");
    observe::MetricSet metrics;
    metrics.add("iperf.server2.start", 1.0, "s", "");
    EXPECT_FALSE(evaluate(expectations, metrics).at(0).passed);
    EXPECT_NO_THROW(require_known_metrics(expectations, metrics));
}

TEST(Expectation, MetricOfAnotherDimensionIsNamed) {
    EXPECT_THROW(require_known_metrics(expecting("min: 1 Gb/s"), goodput(1, "ms")), ScenarioError);
    EXPECT_NO_THROW(require_known_metrics(expecting("min: 1 Gb/s"), goodput(1)));
}

} // namespace
} // namespace rootpool::scenario
