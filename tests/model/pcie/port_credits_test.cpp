// Flow-control gating of a port: what the other side has no room for waits, and nothing else.
#include <gtest/gtest.h>

#include "tests/model/pcie/link_bench.h"

namespace rootpool::models {
namespace {

using test::credits;
using test::latency;
using Bench = test::LinkBench;

TEST(Port, SendsNoMoreThanTheOtherSideHasRoomForUntilCreditsComeBack) {
    Bench bench(credits(2, 512)); // two headers
    bench.recorder.hold = 500ns;
    test::run_to(1us);
    for (unsigned i = 0; i < 3; ++i) {
        bench.write(0x1000U + i * 128U, 128);
    }
    test::run_to(1500ns);
    EXPECT_EQ(bench.recorder.arrivals.size(), 2U);
    EXPECT_EQ(bench.sender.backlog(), 1U);

    test::run_to(6us);
    ASSERT_EQ(bench.recorder.arrivals.size(), 3U);
    EXPECT_EQ(bench.sender.backlog(), 0U);
    // not before the first TLP was released and its UpdateFC had crossed the link
    EXPECT_GT(bench.recorder.arrivals[2].first_beat,
              bench.recorder.arrivals[0].last_beat + bench.recorder.hold + 2 * latency);
}

} // namespace
} // namespace rootpool::models
