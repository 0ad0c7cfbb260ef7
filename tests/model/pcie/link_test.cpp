// Wire times of a Gen2 x8 link, to the symbol: 2 ns a symbol time, 8 bytes in it, packets start on lanes that are
// multiples of 4.
#include <gtest/gtest.h>

#include "tests/model/pcie/link_bench.h"

namespace rootpool::models {
namespace {

using test::credits;
using test::latency;
using Bench = test::LinkBench;

constexpr SimTime byte_time{250'000};   // 4 GB/s
constexpr unsigned write_overhead = 20; // STP, sequence number, 3 DW header, LCRC, END

TEST(Link, PutsTlpsBackToBackAtRawRate) {
    Bench bench(credits(64, 512));
    test::run_to(1us);
    for (unsigned i = 0; i < 3; ++i) {
        bench.write(0x1000U + i * 128U, 128);
    }
    test::run_to(2us);
    const SimTime one = (write_overhead + 128) * byte_time;
    ASSERT_EQ(bench.recorder.arrivals.size(), 3U);
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_EQ(bench.recorder.arrivals[i].address, 0x1000U + i * 128U);
        EXPECT_EQ(bench.recorder.arrivals[i].last_beat - bench.recorder.arrivals[i].first_beat, one);
    }
    EXPECT_EQ(bench.recorder.arrivals[0].first_beat, 1002ns + latency) << "the first symbol time after the hand-over";
    EXPECT_EQ(bench.recorder.arrivals[1].first_beat, bench.recorder.arrivals[0].last_beat);
    EXPECT_EQ(bench.recorder.arrivals[2].first_beat, bench.recorder.arrivals[1].last_beat);
}

} // namespace
} // namespace rootpool::models
