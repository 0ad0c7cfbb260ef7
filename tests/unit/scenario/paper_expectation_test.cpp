#include <algorithm>

#include <gmock/gmock.h>

#include "rootpool/observe/metrics.h"
#include "rootpool/scenario/expectation.h"
#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

/// Whether the figure that the script expects of Fig. 10 accepts this goodput.
bool accepts(const std::string& name, double goodput) {
    const std::string file = std::string(PAPER_SCRIPTS) + "/" + name + ".yaml";
    const Config config = parse(test::read_file(file), file).config;
    observe::MetricSet metrics;
    metrics.add("iperf.fig10.goodput", goodput, "b/s", "");
    metrics.add("switch.refusals", 0, "1", "");
    const auto results = evaluate(config.expectations, metrics);
    return std::ranges::all_of(results, &observe::ExpectationResult::passed);
}

// What a simulator would print that only knows frame formats: 1448 bytes of every 1538 on a 10 Gb/s wire.
constexpr double line_rate = 10e9 * 1448 / 1538;

TEST(PaperExpectation, LineRateAloneFailsWhereTheServerReceives) {
    EXPECT_FALSE(accepts("fig10-direct-server", line_rate));
    EXPECT_FALSE(accepts("fig10-pooled-server", line_rate));
}

TEST(PaperExpectation, ThePapersFiguresPass) {
    EXPECT_TRUE(accepts("fig10-direct-client", 9.40e9));
    EXPECT_TRUE(accepts("fig10-direct-server", 9.26e9));
    EXPECT_TRUE(accepts("fig10-pooled-client", 9.39e9));
    EXPECT_TRUE(accepts("fig10-pooled-server", 9.15e9));
}

} // namespace
} // namespace rootpool::scenario
