#include "rootpool/pcie/bridge_window.h"

#include <gtest/gtest.h>

#include "rootpool/pcie/capabilities.h"

namespace rootpool::pcie {
namespace {

class Bridge : public testing::Test {
protected:
    Bridge() { ConfigSpaceBuilder(space).type_1_header({.vendor = 0x8086, .device = 0x1234}); }
    ConfigSpace space;
};

TEST_F(Bridge, WindowsAreClosedAfterReset) {
    const BridgeWindows windows(space);
    for (const std::uint64_t address : {0x0ULL, 0xF'FFFFULL, 0xFFF0'0000ULL, 0xFFFF'FFFFULL, 1ULL << 32U}) {
        EXPECT_FALSE(windows.contains(address)) << address;
    }
}

TEST_F(Bridge, IoWindowDecodes16BitsAndIsClosedAfterReset) {
    EXPECT_EQ(space.get16(0x1C), 0x00F0)
        << "base F000 above limit 0FFF; both read 0 would be the open window 0000-0FFF";
    space.write(0x1C, 0xFFFF, 0x3);
    EXPECT_EQ(space.get16(0x1C), 0xF0F0) << "4 KB granules, type 0: 16 address bits";
    space.write(0x1C, 0x0000, 0x3);
    EXPECT_EQ(space.get16(0x1C), 0x0000) << "both bytes are writable";
}

TEST_F(Bridge, MemoryWindowHas1MbGranules) {
    space.write(0x20, 0xF7F0'F7E0, 0xF);
    const BridgeWindows windows(space);
    EXPECT_FALSE(windows.contains(0xF7DF'FFFF));
    EXPECT_TRUE(windows.contains(0xF7E0'0000));
    EXPECT_TRUE(windows.contains(0xF7FF'FFFF));
    EXPECT_FALSE(windows.contains(0xF800'0000));
    EXPECT_FALSE(windows.contains(0x1'F7E0'0000)) << "all address bits are decoded";
}

TEST_F(Bridge, PrefetchableWindowHas64Bits) {
    space.write(0x24, 0x0011'FFF1, 0xF);
    space.write(0x28, 0x20, 0xF);
    space.write(0x2C, 0x21, 0xF);
    const BridgeWindows windows(space);
    EXPECT_FALSE(windows.contains(0x20'FFEF'FFFF));
    EXPECT_TRUE(windows.contains(0x20'FFF0'0000));
    EXPECT_TRUE(windows.contains(0x21'001F'FFFF));
    EXPECT_FALSE(windows.contains(0x21'0020'0000));
    EXPECT_EQ(space.get16(0x24) & 0xFU, 1U) << "64-bit window, read-only";
}

TEST_F(Bridge, LimitBelowBaseClosesAWindow) {
    space.write(0x20, 0x0010'0020, 0xF);
    EXPECT_FALSE(BridgeWindows(space).contains(0x0018'0000));
    EXPECT_FALSE(BridgeWindows(space).contains(0x0020'0000));
}

TEST_F(Bridge, CommandRegisterGatesForwarding) {
    EXPECT_FALSE(memory_space_enabled(space));
    EXPECT_FALSE(bus_master_enabled(space));
    space.write(0x04, 0x2, 0x3);
    EXPECT_TRUE(memory_space_enabled(space));
    EXPECT_FALSE(bus_master_enabled(space));
    space.write(0x04, 0x4, 0x3);
    EXPECT_FALSE(memory_space_enabled(space));
    EXPECT_TRUE(bus_master_enabled(space));
}

TEST_F(Bridge, ConfigurationRequestsGoByBusNumber) {
    space.write(0x18, 0x0007'0503, 0x7);
    EXPECT_EQ(config_route(space, Bdf(4, 0, 0)), ConfigRoute::not_mine);
    EXPECT_EQ(config_route(space, Bdf(5, 0, 0)), ConfigRoute::claim_type0);
    EXPECT_EQ(config_route(space, Bdf(5, 31, 0)), ConfigRoute::claim_type0);
    EXPECT_EQ(config_route(space, Bdf(6, 0, 0)), ConfigRoute::forward_type1);
    EXPECT_EQ(config_route(space, Bdf(7, 0, 0)), ConfigRoute::forward_type1);
    EXPECT_EQ(config_route(space, Bdf(8, 0, 0)), ConfigRoute::not_mine);
}

TEST_F(Bridge, ClaimsNothingBeforeItHasBusNumbers) {
    EXPECT_EQ(config_route(space, Bdf(0, 0, 0)), ConfigRoute::not_mine);
    EXPECT_EQ(config_route(space, Bdf(1, 0, 0)), ConfigRoute::not_mine);
}

} // namespace
} // namespace rootpool::pcie
