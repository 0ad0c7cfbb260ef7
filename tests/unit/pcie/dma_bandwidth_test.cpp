// Bandwidth of DMA by calculation, against the tables that pcie-bench published and against sums done by hand.
#include <gtest/gtest.h>

#include "rootpool/pcie/dma_bandwidth.h"

namespace rootpool::pcie {
namespace {

constexpr LinkParameters gen2_x8{Generation::gen2, 8};
constexpr double gigabit = 1e9;
constexpr double rounding = 0.0051 * gigabit; // the tables have two decimals
constexpr double coding = 1e-4;               // they count SKP ordered sets of 8b/10b coding at 8 GT/s too

TEST(DmaBandwidth, IsThatOfThePublishedTables) {
    unsigned compared = 0;
    for (const auto& [generation, payload] : {std::pair{Generation::gen2, 128U}, std::pair{Generation::gen2, 256U},
                                              std::pair{Generation::gen2, 512U}, std::pair{Generation::gen3, 256U}}) {
        const DmaPath path{{generation, 8}, payload, 512, DllpAccounting::pcie_bench};
        for (const DmaOperation operation : {DmaOperation::write, DmaOperation::read, DmaOperation::read_write}) {
            for (unsigned bytes = 64; bytes <= 2048; bytes += 4) {
                if (const auto published = published_bandwidth(path, operation, bytes)) {
                    EXPECT_NEAR(dma_bandwidth(path, operation, bytes), *published, rounding + coding * *published)
                        << bytes << " bytes, maximum payload " << payload;
                    ++compared;
                }
            }
        }
    }
    EXPECT_EQ(compared, 3U * (3 * 360 + 497));
}

TEST(DmaBandwidth, NothingIsPublishedForOtherPathsAndSizes) {
    EXPECT_TRUE(published_bandwidth({gen2_x8, 256}, DmaOperation::write, 64));
    EXPECT_FALSE(published_bandwidth({gen2_x8, 256}, DmaOperation::write, 65));
    EXPECT_FALSE(published_bandwidth({gen2_x8, 256, 1024}, DmaOperation::write, 64));
    EXPECT_FALSE(published_bandwidth({{Generation::gen2, 4}, 256}, DmaOperation::write, 64));
}

/// Nothing answers on the wire that the writes use: no completion to acknowledge, no credit to give back.
TEST(DmaBandwidth, WritesShareTheirWireWithSkipOrderedSetsOnly) {
    const double expected = 32 * gigabit * (1 - 4.0 / 1538) * 64 / (64 + 24);
    EXPECT_NEAR(dma_bandwidth({gen2_x8, 256}, DmaOperation::write, 64), expected, 1);
}

/// Completions share theirs with Acks and UpdateFC-NPs: 2 ns of every 158 symbol times of 2 ns or a little more.
TEST(DmaBandwidth, ReadsShareTheirWireWithTwoDllps) {
    const double without = 32 * gigabit * (1 - 4.0 / 1538) * 256 / (256 + 20);
    const double measured = dma_bandwidth({gen2_x8, 256}, DmaOperation::read, 256);
    EXPECT_LT(measured, without);
    EXPECT_GT(measured, without * (1 - 2.0 / 158));
}

TEST(DmaBandwidth, PcieBenchCountsDllpsForEveryWidthAlike) {
    const auto part_lost = [](unsigned width, DllpAccounting accounting) {
        const DmaPath path{{Generation::gen2, width}, 4096, 512, accounting};
        return 1 - dma_bandwidth(path, DmaOperation::write, 64) * (64 + 24) / 64 /
                       static_cast<double>(bandwidth(path.link));
    };
    const double skips = 4.0 / 1538;
    EXPECT_NEAR(part_lost(8, DllpAccounting::pcie_bench), skips + 16.0 / 585, 1e-9);
    EXPECT_NEAR(part_lost(16, DllpAccounting::pcie_bench), skips + 16.0 / 585, 1e-9);
    EXPECT_NEAR(part_lost(8, DllpAccounting::exact), skips, 1e-9);
}

} // namespace
} // namespace rootpool::pcie
