#include "rootpool/pcie/link_arithmetic.h"

#include <gtest/gtest.h>

#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {
namespace {

constexpr LinkParameters gen1_x1{Generation::gen1, 1};
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

TEST(LinkArithmetic, WireTimeIsExactOnAnEightLaneGen2Link) {
    EXPECT_EQ(wire_time(gen2_x8, 20), 5ns) << "two and a half symbol times: the next packet starts in lane 4";
    EXPECT_EQ(wire_time(gen2_x8, 280), 70ns);
    EXPECT_EQ(wire_time(gen2_x8, dllp_wire_bytes), 2ns);
    EXPECT_EQ(wire_time(gen1_x1, 20), 80ns);
    EXPECT_EQ(wire_time(gen2_x8, 17), 5ns) << "rounded up to four lanes";
}

TEST(LinkArithmetic, Gen5BlockLasts4062500Femtoseconds) {
    EXPECT_EQ(wire_time({Generation::gen5, 1}, 16), SimTime{4'062'500});
}

TEST(LinkArithmetic, PacketStartsBehindTheLastOneOrAtASymbolTime) {
    EXPECT_EQ(packet_start(gen2_x8, 4ns, 5ns), 5ns);
    EXPECT_EQ(packet_start(gen2_x8, 5ns, 5ns), 5ns);
    EXPECT_EQ(packet_start(gen2_x8, 7ns, 5ns), 8ns) << "out of logical idle, in lane 0";
}

TEST(LinkArithmetic, BandwidthIsThatOfTheCodedRate) {
    EXPECT_EQ(bandwidth(gen2_x8), 32'000'000'000U);
    EXPECT_EQ(bandwidth({Generation::gen1, 8}), 16'000'000'000U);
    EXPECT_EQ(bandwidth(gen3_x8), 63'015'384'615U);
    EXPECT_EQ(bandwidth({Generation::gen5, 16}), 504'123'076'923U);
}

TEST(LinkArithmetic, SkipOrderedSetsTakeTheirShare) {
    EXPECT_EQ(skip_interval(gen2_x8), 3076ns);
    EXPECT_EQ(skip_time(gen2_x8), 8ns);
    EXPECT_EQ(skip_interval(gen3_x8), 375 * SimTime{16'250'000});
    EXPECT_EQ(skip_time(gen3_x8), SimTime{16'250'000});
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
    EXPECT_EQ(ack_latency_limit(gen2_x8, 256), 316ns);
}

TEST(LinkArithmetic, AckLatencyIsBoundedForEveryInput) {
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 0), 118U);
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 300), 137U) << "between two rows: the next";
    EXPECT_EQ(ack_latency_symbols(gen2_x8, 1'000'000), 585U);
    EXPECT_EQ(ack_latency_symbols({Generation::gen2, 64}, 128), 99U);
    EXPECT_EQ(ack_latency_symbols({Generation::gen2, 0}, 128), 288U);
}

TEST(LinkArithmetic, ReplayTimerIsThreeAckLatencies) {
    EXPECT_EQ(replay_timer_limit(gen2_x8, 128), 354 * 2ns);
    EXPECT_EQ(replay_timer_limit(gen2_x8, 512), 411 * 2ns);
    EXPECT_EQ(simplified_replay_timer_limit(gen2_x8), 48us);
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
