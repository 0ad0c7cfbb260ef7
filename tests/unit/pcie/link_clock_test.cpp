#include "rootpool/pcie/link_clock.h"

#include <gtest/gtest.h>

namespace rootpool::pcie {
namespace {

const LinkClock gen1_x1({Generation::gen1, 1});
const LinkClock gen2_x8({Generation::gen2, 8});
const LinkClock gen3_x8({Generation::gen3, 8});
const LinkClock gen5_x16({Generation::gen5, 16});

TEST(LinkClock, TicksOneTwoOrFourTimesInASymbolTime) {
    EXPECT_EQ(gen1_x1.per_symbol(), 1);
    EXPECT_EQ(gen2_x8.per_symbol(), 2);
    EXPECT_EQ(gen5_x16.per_symbol(), 4);
    EXPECT_EQ(gen2_x8.symbols(118), 236);
}

TEST(LinkClock, APacketTakesItsBytesOnAllLanes) {
    EXPECT_EQ(gen2_x8.time(gen2_x8.packet(20)), 5ns) << "two and a half symbol times: the next packet starts in lane 4";
    EXPECT_EQ(gen2_x8.time(gen2_x8.packet(280)), 70ns);
    EXPECT_EQ(gen2_x8.time(gen2_x8.packet(dllp_wire_bytes)), 2ns);
    EXPECT_EQ(gen1_x1.time(gen1_x1.packet(20)), 80ns);
    EXPECT_EQ(LinkClock({Generation::gen5, 1}).time(16), SimTime{4'062'500}) << "a block";
}

TEST(LinkClock, RoundingOfATickDoesNotAddUp) {
    EXPECT_EQ(gen3_x8.time(1), SimTime{507'813}) << "507,812.5 fs";
    EXPECT_EQ(gen3_x8.time(2), SimTime{1'015'625});
    EXPECT_EQ(gen3_x8.time(2'000'000'001), SimTime{1'015'625'000'507'813});
    EXPECT_EQ(gen5_x16.time(16), SimTime{1'015'625}) << "a tick is 63,476.5625 fs";
}

TEST(LinkClock, FirstTickAfterATimeIsTheFirstThatSeesIt) {
    EXPECT_EQ(gen2_x8.after(SimTime{0}), 1);
    EXPECT_EQ(gen2_x8.after(1ns - SimTime{1}), 1);
    EXPECT_EQ(gen2_x8.after(1ns), 2);
    for (const LinkClock& clock : {gen1_x1, gen2_x8, gen3_x8, gen5_x16}) {
        for (const LinkTick tick : {LinkTick{1}, LinkTick{17}, LinkTick{1'000'003}, LinkTick{1'000'000'000'001}}) {
            EXPECT_EQ(clock.after(clock.time(tick)), tick + 1);
            EXPECT_EQ(clock.after(clock.time(tick) - SimTime{1}), tick);
            EXPECT_EQ(clock.at_or_before(clock.time(tick)), tick);
            EXPECT_EQ(clock.at_least(clock.time(tick)), tick);
        }
    }
}

TEST(LinkClock, SymbolTimesStartAtMultiplesOfTheirTicks) {
    EXPECT_EQ(gen2_x8.symbol_start(4), 4);
    EXPECT_EQ(gen2_x8.symbol_start(5), 6);
    EXPECT_EQ(gen5_x16.symbol_start(5), 8);
}

} // namespace
} // namespace rootpool::pcie
