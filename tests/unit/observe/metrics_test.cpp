#include "rootpool/observe/metrics.h"

#include <gmock/gmock.h>
#include <limits>

namespace rootpool::observe {
namespace {

using core::ModelViolation;

TEST(MetricSet, KeepsTheOrderInWhichMetricsWereAdded) {
    MetricSet metrics;
    metrics.add("z.last", 1, "frames", "");
    metrics.add("a.first", 2.5, "Gb/s", "goodput");

    ASSERT_EQ(metrics.all().size(), 2U);
    EXPECT_EQ(metrics.all()[0].name, "z.last");
    EXPECT_EQ(metrics.all()[1].description, "goodput");
}

TEST(MetricSet, FindsByName) {
    MetricSet metrics;
    metrics.add("iperf.server2.goodput", 9.39, "Gb/s", "");

    ASSERT_NE(metrics.find("iperf.server2.goodput"), nullptr);
    EXPECT_DOUBLE_EQ(metrics.find("iperf.server2.goodput")->as_double(), 9.39);
    EXPECT_EQ(metrics.find("iperf.server2"), nullptr);
}

TEST(MetricSet, KeepsWholeNumbersThatADoubleCannotHold) {
    constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1;
    MetricSet metrics;
    metrics.add("bytes", odd, "B", "");
    EXPECT_EQ(std::get<std::int64_t>(metrics.find("bytes")->value), odd);
}

TEST(MetricSet, RefusesANameThatIsTaken) {
    MetricSet metrics;
    metrics.add("nic0.frames", 1, "frames", "");
    EXPECT_THROW(metrics.add("nic0.frames", 1, "frames", ""), ModelViolation);
    EXPECT_EQ(metrics.all().size(), 1U);
}

TEST(MetricSet, RefusesValuesThatJsonCannotHold) {
    MetricSet metrics;
    EXPECT_THROW(metrics.add("x", std::numeric_limits<double>::quiet_NaN(), "", ""), ModelViolation);
    EXPECT_THROW(metrics.add("x", std::numeric_limits<double>::infinity(), "", ""), ModelViolation);
    EXPECT_THROW(metrics.add("x", std::numeric_limits<std::uint64_t>::max(), "", ""), ModelViolation);
    EXPECT_TRUE(metrics.all().empty());
}

class MetricNameRefused : public testing::TestWithParam<const char*> {};

TEST_P(MetricNameRefused, Throws) {
    MetricSet metrics;
    EXPECT_THROW(metrics.add(GetParam(), 1, "", ""), ModelViolation);
}
INSTANTIATE_TEST_SUITE_P(Malformed, MetricNameRefused,
                         testing::Values("", ".", ".a", "a.", "a..b", "a b", "a/b", "\xc3\xa4"));

} // namespace
} // namespace rootpool::observe
