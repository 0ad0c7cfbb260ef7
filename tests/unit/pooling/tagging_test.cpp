#include "rootpool/pooling/tagging.h"

#include <gmock/gmock.h>

namespace rootpool::pooling {
namespace {

TEST(Tagging, reserved_bits_carry_8_roots_and_no_extra_byte) {
    const Tagging* const tagging = find_tagging("reserved_bits");
    ASSERT_NE(tagging, nullptr);
    EXPECT_EQ(tagging->max_roots, 8U);
    EXPECT_EQ(tagging->extra_bytes, 0U);
}

TEST(Tagging, reserved_bits_refuse_10_bit_tags_and_ln) {
    const Tagging* const tagging = find_tagging("reserved_bits");
    pcie::TlpHeader header;
    EXPECT_TRUE(tagging->carries(header));
    header.tag = pcie::Tag(256);
    EXPECT_FALSE(tagging->carries(header));
    header.tag = pcie::Tag(255);
    header.lightweight_notification = true;
    EXPECT_FALSE(tagging->carries(header));
}

TEST(Tagging, local_prefix_carries_256_roots_in_one_more_dword) {
    const Tagging* const tagging = find_tagging("local_prefix");
    ASSERT_NE(tagging, nullptr);
    EXPECT_EQ(tagging->max_roots, 256U);
    EXPECT_EQ(tagging->extra_bytes, 4U);
    pcie::TlpHeader header;
    header.tag = pcie::Tag(1023);
    EXPECT_TRUE(tagging->carries(header));
    EXPECT_EQ(root_from_local_prefix(local_prefix(pcie::RootId(200))), pcie::RootId(200));
}

TEST(Tagging, knows_no_other_name) {
    EXPECT_EQ(find_tagging("colour"), nullptr);
    EXPECT_THAT(tagging_names(), testing::ElementsAre("reserved_bits", "local_prefix"));
}

} // namespace
} // namespace rootpool::pooling
