#include "rootpool/pcie/config_space.h"

#include <gtest/gtest.h>

#include <vector>

namespace rootpool::pcie {
namespace {

TEST(ConfigSpace, IsLittleEndian) {
    ConfigSpace space;
    space.define32(0x10, 0x4433'2211);
    EXPECT_EQ(space.get8(0x10), 0x11);
    EXPECT_EQ(space.get16(0x11), 0x3322);
    EXPECT_EQ(space.get32(0x10), 0x4433'2211U);
    EXPECT_EQ(space.read(0x10), 0x4433'2211U);
    space.set16(0x12, 0xABCD);
    EXPECT_EQ(space.read(0x10), 0xABCD'2211U);
    space.set8(0x10, 0xEE);
    EXPECT_EQ(space.read(0x10), 0xABCD'22EEU);
}

TEST(ConfigSpace, SoftwareChangesWritableBitsOnly) {
    ConfigSpace space;
    space.define32(0x04, 0x0010'0000, 0x0000'0547);
    space.write(0x04, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(space.read(0x04), 0x0010'0547U);
    space.write(0x04, 0, 0xF);
    EXPECT_EQ(space.read(0x04), 0x0010'0000U);
}

TEST(ConfigSpace, ByteEnablesSelectBytes) {
    for (unsigned enables = 0; enables < 16; ++enables) {
        ConfigSpace space;
        space.define32(0x20, 0, 0xFFFF'FFFF);
        space.write(0x20, 0x4433'2211, static_cast<std::uint8_t>(enables));
        for (unsigned byte = 0; byte < 4; ++byte) {
            const unsigned expected = (enables >> byte & 1U) != 0 ? 0x11 * (byte + 1) : 0;
            EXPECT_EQ(space.get8(static_cast<std::uint16_t>(0x20 + byte)), expected);
        }
    }
}

TEST(ConfigSpace, WrittenOneClearsAndWrittenZeroDoesNot) {
    ConfigSpace space;
    space.define16(0x06, 0x0010, 0, 0xF900);
    space.set16(0x06, 0xF910);
    space.write(0x04, 0x0100'0000, 0xF);
    EXPECT_EQ(space.get16(0x06), 0xF810);
    space.write(0x04, 0xFFFF'0000, 0x3);
    EXPECT_EQ(space.get16(0x06), 0xF810) << "bytes without byte enable are not written";
    space.write(0x04, 0xFFFF'0000, 0xC);
    EXPECT_EQ(space.get16(0x06), 0x0010);
}

TEST(ConfigSpace, HookSeesTheRequestAndItsEffect) {
    ConfigSpace space;
    space.define32(0x08, 0x1, 0xFF00);
    std::vector<ConfigSpace::Write> writes;
    space.on_write([&writes](const ConfigSpace::Write& write) { writes.push_back(write); });
    space.write(0x0A, 0xAABB'CCDD, 0x2);
    ASSERT_EQ(writes.size(), 1U);
    EXPECT_EQ(writes[0].offset, 0x08);
    EXPECT_EQ(writes[0].before, 0x1U);
    EXPECT_EQ(writes[0].after, 0xCC01U);
    EXPECT_EQ(writes[0].written, 0xCC00U);
    EXPECT_EQ(writes[0].byte_enables, 0x2);
    space.set32(0x08, 0);
    EXPECT_EQ(writes.size(), 1U) << "hardware's own changes are not reported";
}

TEST(ConfigSpace, OffsetsBeyondTheEndAreMasked) {
    ConfigSpace space;
    space.define32(0xFFC, 0, 0xFFFF'FFFF);
    space.write(0xFFFF, 0x1234'5678, 0xFF);
    EXPECT_EQ(space.read(0xFFC), 0x1234'5678U);
    EXPECT_EQ(space.read(0x1FFC), 0x1234'5678U);
    space.define16(0x0, 0xBEEF);
    EXPECT_EQ(space.get32(0xFFE), 0xBEEF'1234U) << "wide registers wrap instead of leaving the array";
}

TEST(ConfigSpace, ConventionalResetRestoresEveryDefinedValue) {
    ConfigSpace space;
    space.define16(0x04, 0x0000, 0x0547);
    space.define8(0x34, 0x40);
    space.keep_over_flr(0x04, 0x0004);
    space.write(0x04, 0x0547, 0x3);
    space.set8(0x34, 0);
    space.conventional_reset();
    EXPECT_EQ(space.get16(0x04), 0);
    EXPECT_EQ(space.get8(0x34), 0x40);
}

TEST(ConfigSpace, FunctionLevelResetKeepsTheNamedBitsOnly) {
    ConfigSpace space;
    space.define16(0xA8, 0x2810, 0x7FFF);
    space.keep_over_flr(0xA8, 0x00E0);
    space.write(0xA8, 0x5F5F, 0x3);
    space.function_level_reset();
    EXPECT_EQ(space.get16(0xA8), (0x2810 & ~0x00E0) | (0x5F5F & 0x00E0));
    EXPECT_EQ(space.get16(0xAA), 0);
}

TEST(ConfigSpace, KeptBitsAddUp) {
    ConfigSpace space;
    space.define8(0x50, 0, 0xFF);
    space.keep_over_flr(0x50, 0x0F);
    space.keep_over_flr(0x50, 0x80);
    space.write(0x50, 0xFF, 0x1);
    space.function_level_reset();
    EXPECT_EQ(space.get8(0x50), 0x8F);
}

} // namespace
} // namespace rootpool::pcie
