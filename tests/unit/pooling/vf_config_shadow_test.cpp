#include "rootpool/pooling/vf_config_shadow.h"

#include <gtest/gtest.h>

namespace rootpool::pooling {
namespace {

constexpr pcie::Bdf pf(3, 0, 0);
constexpr std::uint16_t sriov = 0x160;

class VfConfigShadowTest : public testing::Test {
protected:
    VfConfigShadowTest() {
        for (const unsigned bar : {0x24U, 0x30U}) {
            snoop.on_write(pf, static_cast<std::uint16_t>(sriov + bar), 0xFFFF'FFFF, 0xF);
            snoop.on_read(pf, static_cast<std::uint16_t>(sriov + bar), 0xFFFF'C00C);
            snoop.on_write(pf, static_cast<std::uint16_t>(sriov + bar), 0xD000'0000, 0xF);
        }
        snoop.on_write(pf, 0xA8, 0x2830, 0x3); // MPS 256, MRRS 512
    }
    /// What a slave reads when the VF itself answers `from_device`.
    std::uint32_t read(std::uint16_t offset, std::uint32_t from_device) const {
        return shadow.overlay(offset).apply(from_device);
    }

    DeviceProfile profile;
    MasterSnoop snoop{profile};
    VfConfigShadow shadow{profile, snoop, false};
};

TEST_F(VfConfigShadowTest, shows_vendor_and_vf_device_id_where_the_vf_reads_all_ones) {
    EXPECT_TRUE(shadow.overlay(0).answers_alone());
    EXPECT_EQ(read(0, 0xFFFF'FFFF), 0x10ED'8086U);
}

TEST_F(VfConfigShadowTest, shows_every_vf_as_part_of_a_multi_function_device) {
    EXPECT_EQ(read(0x0C, 0), 0x0080'0000U);
}

TEST_F(VfConfigShadowTest, answers_bar_sizing_with_the_size_of_the_pfs_vf_bars) {
    const ShadowWrite write = shadow.write(0x10, 0xFFFF'FFFF, 0xF);
    EXPECT_FALSE(write.forward);
    EXPECT_TRUE(write.address_decode_changed);
    EXPECT_EQ(read(0x10, 0), 0xFFFF'C00CU);
    shadow.write(0x14, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(read(0x14, 0), 0xFFFF'FFFFU);
    shadow.write(0x18, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(read(0x18, 0xFFFF'FFFF), 0U) << "BAR 2 is not implemented";
    shadow.write(0x1C, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(read(0x1C, 0), 0xFFFF'C00CU) << "BAR 3";
}

TEST_F(VfConfigShadowTest, keeps_a_64_bit_base_in_both_halves) {
    shadow.write(0x1C, 0xE000'4000, 0xF);
    shadow.write(0x20, 0x0000'0012, 0xF);
    EXPECT_EQ(shadow.bar_base(3), 0x12'E000'4000U);
}

TEST_F(VfConfigShadowTest, merges_partial_bar_writes) {
    shadow.write(0x10, 0xE000'0000, 0xF);
    shadow.write(0x10, 0x00AB'0000, 0x4);
    EXPECT_EQ(shadow.bar_base(0), 0xE0AB'0000U);
}

TEST_F(VfConfigShadowTest, keeps_memory_enable_and_passes_bus_master) {
    const ShadowWrite write = shadow.write(0x04, 0x0406, 0x3);
    EXPECT_TRUE(write.forward);
    EXPECT_EQ(write.value, 0x0004U) << "memory enable and INTx disable are RO zero in a VF";
    EXPECT_TRUE(write.address_decode_changed);
    EXPECT_TRUE(shadow.memory_enable());
    EXPECT_EQ(read(0x04, 0x0010'0004), 0x0010'0406U);
}

TEST_F(VfConfigShadowTest, ignores_command_bytes_without_byte_enable) {
    shadow.write(0x04, 0x0002, 0xC);
    EXPECT_FALSE(shadow.memory_enable());
}

TEST_F(VfConfigShadowTest, shows_the_pfs_payload_and_read_request_sizes_and_lets_nobody_write_them) {
    EXPECT_EQ(read(0xA8, 0x0000'0810), 0x0000'2830U);
    const ShadowWrite write = shadow.write(0xA8, 0x5850, 0x3);
    EXPECT_TRUE(write.forward);
    EXPECT_EQ(write.value & 0x70E0U, 0U);
    EXPECT_EQ(read(0xA8, 0x0000'0810), 0x0000'2830U);
}

TEST_F(VfConfigShadowTest, passes_device_status_and_the_zeros_of_erratum_35) {
    EXPECT_EQ(read(0xA8, 0x000F'0000) >> 16U, 0x000FU);
    EXPECT_EQ(shadow.overlay(0xA4).mask, 0U);
    EXPECT_EQ(shadow.overlay(0xAC).mask, 0U);
}

TEST_F(VfConfigShadowTest, has_neither_rom_nor_intx_but_an_interrupt_line_to_write) {
    shadow.write(0x30, 0xFFFF'F801, 0xF);
    EXPECT_EQ(read(0x30, 0xFFFF'FFFF), 0U);
    shadow.write(0x3C, 0xFFFF'FF0B, 0xF);
    EXPECT_EQ(read(0x3C, 0xFFFF'FFFF), 0x0BU);
}

TEST_F(VfConfigShadowTest, passes_class_subsystem_msix_and_aer) {
    for (const std::uint16_t offset : std::initializer_list<std::uint16_t>{0x08, 0x2C, 0x34, 0x70, 0xA0, 0x104}) {
        EXPECT_EQ(shadow.overlay(offset).mask, 0U) << offset;
    }
}

TEST_F(VfConfigShadowTest, takes_ari_out_of_the_chain_without_breaking_it) {
    EXPECT_EQ(read(0x100, 0x1501'0001), 0x0001'0001U) << "AER becomes the last extended capability";
    EXPECT_EQ(read(0x150, 0x0001'000E), 0U);
    EXPECT_EQ(read(0x154, 0x0000'0300), 0U);
}

TEST_F(VfConfigShadowTest, builds_the_next_function_chain_with_ari) {
    VfConfigShadow with_ari(profile, snoop, true);
    with_ari.place({4, 5});
    EXPECT_EQ(with_ari.overlay(0x100).mask, 0U);
    EXPECT_EQ(with_ari.overlay(0x154).apply(0x0000'0000), 0x0500U);
}

TEST_F(VfConfigShadowTest, forgets_bars_and_memory_enable_at_function_level_reset) {
    shadow.write(0x10, 0xE000'0000, 0xF);
    shadow.write(0x04, 0x0002, 0x3);
    const ShadowWrite write = shadow.write(0xA8, 0xA810, 0x3);
    EXPECT_TRUE(write.forward) << "the VF resets itself";
    EXPECT_TRUE(write.value & 0x8000U);
    EXPECT_TRUE(write.address_decode_changed);
    EXPECT_FALSE(shadow.memory_enable());
    EXPECT_EQ(shadow.bar_base(0), 0U);
}

} // namespace
} // namespace rootpool::pooling
