#include "rootpool/pooling/master_snoop.h"

#include <gtest/gtest.h>

namespace rootpool::pooling {
namespace {

constexpr pcie::Bdf pf(3, 0, 0);
constexpr std::uint16_t sriov = 0x160;

/// What Linux does to an 82599 without ARI, as far as the snoop cares.
void enable_vfs(MasterSnoop& snoop, std::uint16_t vfs, std::uint32_t offset_and_stride = 0x0002'0080) {
    snoop.on_write(pf, sriov + 0x24, 0xFFFF'FFFF, 0xF);
    snoop.on_read(pf, sriov + 0x24, 0xFFFF'C00C);
    snoop.on_write(pf, sriov + 0x24, 0xD000'000C, 0xF);
    snoop.on_write(pf, sriov + 0x28, 0x0000'0000, 0xF);
    snoop.on_write(pf, sriov + 0x30, 0xFFFF'FFFF, 0xF);
    snoop.on_read(pf, sriov + 0x30, 0xFFFF'C00C);
    snoop.on_write(pf, sriov + 0x30, 0xD010'000C, 0xF);
    snoop.on_write(pf, sriov + 0x34, 0x0000'0020, 0xF);
    snoop.on_write(pf, sriov + 0x10, vfs, 0x3);
    snoop.on_read(pf, sriov + 0x14, offset_and_stride);
    snoop.on_write(pf, sriov + 0x08, 0x9, 0x3);
}

TEST(MasterSnoop, captures_the_pf_bus_from_writes_to_the_pf_only) {
    MasterSnoop snoop{DeviceProfile{}};
    snoop.on_write(pcie::Bdf(7, 0, 1), 4, 0, 0xF);
    EXPECT_EQ(snoop.pf(), pcie::Bdf());
    snoop.on_write(pf, 4, 0, 0xF);
    EXPECT_EQ(snoop.pf(), pf);
}

TEST(MasterSnoop, numbers_vfs_by_first_offset_and_stride) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 63);
    EXPECT_EQ(snoop.routing_id(pcie::VfIndex(0)), pcie::Bdf(3, 0x10, 0));
    EXPECT_EQ(snoop.routing_id(pcie::VfIndex(5)), pcie::Bdf(3, 0x11, 2));
    EXPECT_EQ(snoop.vf_of(pcie::Bdf(3, 0x11, 2)), pcie::VfIndex(5));
}

TEST(MasterSnoop, carries_into_the_bus_number_with_offset_384) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 63, 0x0002'0180);
    EXPECT_EQ(snoop.routing_id(pcie::VfIndex(0)), pcie::Bdf(4, 0x10, 0));
}

TEST(MasterSnoop, knows_no_vf_between_strides_before_the_first_or_beyond_num_vfs) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 4);
    EXPECT_FALSE(snoop.vf_of(pcie::Bdf(3, 0x10, 1)));
    EXPECT_FALSE(snoop.vf_of(pcie::Bdf(3, 0x0F, 6)));
    EXPECT_FALSE(snoop.vf_of(pcie::Bdf(3, 0x11, 0)));
    EXPECT_FALSE(snoop.vf_of(pf));
    EXPECT_TRUE(snoop.is_physical(pf));
    EXPECT_FALSE(snoop.is_physical(pcie::Bdf(3, 0, 1)));
}

TEST(MasterSnoop, knows_no_vf_while_vf_enable_is_clear) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 4);
    snoop.on_write(pf, sriov + 0x08, 0, 0x3);
    EXPECT_FALSE(snoop.vf_of(pcie::Bdf(3, 0x10, 0)));
}

TEST(MasterSnoop, learns_size_type_and_base_of_vf_bars_from_the_sizing_dance) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 4);
    EXPECT_EQ(snoop.vf_bar(0).bytes, 0x4000U);
    EXPECT_EQ(snoop.vf_bar(0).base, 0xD000'0000U);
    EXPECT_TRUE(snoop.vf_bar(0).is_64_bit());
    EXPECT_EQ(snoop.vf_bar(3).base, 0x20'D010'0000U);
    EXPECT_EQ(snoop.vf_bar(2).bytes, 0U);
}

TEST(MasterSnoop, takes_a_size_only_from_the_answer_to_all_ones) {
    MasterSnoop snoop{DeviceProfile{}};
    snoop.on_write(pf, sriov + 0x24, 0xD000'0000, 0xF);
    snoop.on_read(pf, sriov + 0x24, 0xD000'000C);
    EXPECT_EQ(snoop.vf_bar(0).bytes, 0U);
}

TEST(MasterSnoop, bounds_num_vfs_by_what_the_engine_has_entries_for) {
    MasterSnoop snoop{DeviceProfile{}};
    snoop.on_write(pf, sriov + 0x10, 0xFFFF, 0x3);
    EXPECT_EQ(snoop.num_vfs(), 64);
    snoop.on_read(pf, sriov + 0x10, 0xFFFF);
    EXPECT_EQ(snoop.num_vfs(), 64);
}

TEST(MasterSnoop, obeys_byte_enables) {
    MasterSnoop snoop{DeviceProfile{}};
    snoop.on_write(pf, sriov + 0x10, 0x0010, 0xC); // the other half of the dword
    EXPECT_EQ(snoop.num_vfs(), 0);
}

TEST(MasterSnoop, follows_maximum_payload_of_the_pf) {
    MasterSnoop snoop{DeviceProfile{}};
    EXPECT_EQ(snoop.max_payload(), 128U);
    EXPECT_TRUE(snoop.on_write(pf, 0xA8, 0x2850, 0x3));
    EXPECT_EQ(snoop.max_payload(), 512U);
}

TEST(MasterSnoop, loses_the_vfs_at_function_level_reset_of_the_pf) {
    MasterSnoop snoop{DeviceProfile{}};
    enable_vfs(snoop, 4);
    EXPECT_TRUE(snoop.on_write(pf, 0xA8, 0xA810, 0x3));
    EXPECT_FALSE(snoop.vf_enable());
    EXPECT_FALSE(snoop.vf_of(pcie::Bdf(3, 0x10, 0)));
}

TEST(MasterSnoop, follows_system_page_size_and_ids) {
    MasterSnoop snoop{DeviceProfile{}};
    snoop.on_write(pf, sriov + 0x20, 4, 0xF);
    snoop.on_read(pf, sriov + 0x18, 0x1515'0000);
    snoop.on_read(pf, 0, 0x1528'8086);
    EXPECT_EQ(snoop.system_page_bytes(), 16384U);
    EXPECT_EQ(snoop.vf_device_id(), 0x1515);
}

} // namespace
} // namespace rootpool::pooling
