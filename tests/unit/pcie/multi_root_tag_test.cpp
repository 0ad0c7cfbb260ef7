#include "rootpool/pcie/multi_root_tag.h"

#include <gtest/gtest.h>

namespace rootpool::pcie {
namespace {

TEST(MultiRootTag, EveryRootSurvivesInEveryByte1) {
    for (unsigned byte1 = 0; byte1 < 256; ++byte1) {
        for (std::uint8_t root = 0; root < tagged_roots; ++root) {
            const std::uint8_t packed = pack_root(static_cast<std::uint8_t>(byte1), RootId(root));
            EXPECT_EQ(unpack_root(packed), RootId(root));
            EXPECT_EQ(packed & ~root_bits, byte1 & ~unsigned{root_bits}) << "TC, IDO and TH stay";
            EXPECT_EQ(strip_root(packed), byte1 & ~unsigned{root_bits});
        }
    }
}

TEST(MultiRootTag, UsesBits7And3And1) {
    EXPECT_EQ(pack_root(0x00, RootId(4)), 0x80);
    EXPECT_EQ(pack_root(0x00, RootId(2)), 0x08);
    EXPECT_EQ(pack_root(0x00, RootId(1)), 0x02);
}

TEST(MultiRootTag, ForgedBitsAreOverwritten) { EXPECT_EQ(pack_root(0xFF, RootId(0)), 0x75); }

TEST(MultiRootTag, RootThatDoesNotFitIsAModelBug) { EXPECT_THROW((void)pack_root(0, RootId(8)), core::ModelViolation); }

TEST(MultiRootTag, TenBitTagsAndLnLeaveNoRoom) {
    TlpHeader header;
    header.tag = Tag(0xFF);
    EXPECT_TRUE(has_spare_root_bits(header));
    header.tag = Tag(0x100);
    EXPECT_FALSE(has_spare_root_bits(header));
    header.tag = Tag(0);
    header.lightweight_notification = true;
    EXPECT_FALSE(has_spare_root_bits(header));
}

} // namespace
} // namespace rootpool::pcie
