#include "rootpool/pcie/link_arithmetic.h"

#include <gtest/gtest.h>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {
namespace {

constexpr LinkParameters gen2_x8{Generation::gen2, 8};
constexpr LinkParameters gen3_x8{Generation::gen3, 8};

TEST(LinkArithmetic, SymbolTimesAreThoseOfTheDataRates) {
    EXPECT_EQ(symbol_time(Generation::gen1), 4ns);
    EXPECT_EQ(symbol_time(Generation::gen2), 2ns);
    EXPECT_EQ(symbol_time(Generation::gen3), SimTime{1'015'625});
    EXPECT_EQ(symbol_time(Generation::gen5), SimTime{253'907}) << "rounded up";
}

TEST(LinkArithmetic, TlpOverheadIs20Or24BytesAnd4MoreWithEcrc) {
    TlpHeader low = memory_read(Bdf(1, 0, 0), Tag(0), 0x1000, 64);
    const TlpHeader high = memory_write(Bdf(1, 0, 0), Tag(0), 1ULL << 32U, 64);
    EXPECT_EQ(wire_bytes(low), 20U);
    EXPECT_EQ(wire_bytes(high), 24U + 64U);
    low.digest = true;
    EXPECT_EQ(wire_bytes(low), 24U);
}

TEST(LinkArithmetic, BandwidthIsThatOfTheCodedRate) {
    EXPECT_EQ(bandwidth(gen2_x8), 32'000'000'000U);
    EXPECT_EQ(bandwidth({Generation::gen1, 8}), 16'000'000'000U);
    EXPECT_EQ(bandwidth(gen3_x8), 63'015'384'615U);
    EXPECT_EQ(bandwidth({Generation::gen5, 16}), 504'123'076'923U);
}

TEST(LinkArithmetic, AckLatencyIsThatOfTables3_10To3_12) {
    struct Row {
        LinkParameters link;
        unsigned max_payload = 0;
        unsigned symbols = 0;
    };
    constexpr Row rows[] = {
        {{Generation::gen1, 1}, 128, 237},   {{Generation::gen1, 16}, 4096, 534}, {{Generation::gen1, 2}, 512, 289},
        {{Generation::gen2, 1}, 4096, 4194}, {{Generation::gen2, 4}, 256, 169},   {{Generation::gen2, 8}, 128, 118},
        {{Generation::gen2, 8}, 256, 158},   {{Generation::gen2, 8}, 512, 137},   {{Generation::gen2, 8}, 1024, 201},
        {{Generation::gen2, 8}, 2048, 329},  {{Generation::gen2, 16}, 128, 99},   {{Generation::gen3, 8}, 256, 203},
        {{Generation::gen3, 4}, 4096, 1146}, {{Generation::gen3, 16}, 512, 182},  {{Generation::gen4, 16}, 128, 144},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(ack_latency_symbols(row.link, row.max_payload), row.symbols)
            << static_cast<int>(row.link.generation) << " x" << row.link.width << ' ' << row.max_payload;
    }
}

TEST(LinkArithmetic, AckLatencyIsBoundedForEveryInput) {
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 0), 118U);
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 300), 137U) << "between two rows: the next";
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 1'000'000), 585U);
    EXPECT_EQ(ack_latency_symbols({Generation::gen2, 64}, 128), 99U);
    EXPECT_EQ(ack_latency_symbols({Generation::gen2, 0}, 128), 288U);
}

TEST(LinkArithmetic, OnlyRealLinksAreSupported) {
    EXPECT_TRUE(is_supported(gen2_x8));
    EXPECT_FALSE(is_supported({Generation::gen2, 0}));
    EXPECT_FALSE(is_supported({Generation::gen2, 12}));
    EXPECT_FALSE(is_supported({Generation::gen2, 32}));
    EXPECT_FALSE(is_supported({static_cast<Generation>(0), 8}));
    EXPECT_FALSE(is_supported({static_cast<Generation>(6), 8}));
}

} // namespace
} // namespace rootpool::pcie
