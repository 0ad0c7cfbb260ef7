#include "rootpool/pooling/bar_tables.h"

#include <gtest/gtest.h>

#include "rootpool/core/error.h"

namespace rootpool::pooling {
namespace {

constexpr pcie::RootId root1(1);
constexpr pcie::RootId root2(2);
constexpr pcie::VfIndex vf0(0);
constexpr pcie::VfIndex vf5(5);
constexpr std::uint64_t slave_base = 0xF010'0000;
constexpr std::uint64_t size = 0x4000;

class BarTablesTest : public testing::Test {
protected:
    BarTablesTest() {
        tables.set_master(0, 0xD000'0000, size);
        tables.set_master(3, 0x20'0000'0000, size);
    }
    BarTables tables{64};
};

TEST_F(BarTablesTest, composes_the_masters_address_from_base_vf_and_offset) {
    tables.set_slave(0, vf5, root1, slave_base, true);
    const auto hit = tables.find(root1, slave_base + 0x2FC);
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->bar, 0);
    EXPECT_EQ(hit->vf, vf5);
    EXPECT_EQ(tables.compose(*hit), 0xD000'0000U + 5 * size + 0x2FC);
}

TEST_F(BarTablesTest, keeps_equal_addresses_of_two_roots_apart) {
    tables.set_slave(0, vf0, root1, slave_base, true);
    tables.set_slave(3, vf5, root2, slave_base, true);
    EXPECT_EQ(tables.find(root1, slave_base)->vf, vf0);
    EXPECT_EQ(tables.compose(*tables.find(root2, slave_base)), 0x20'0000'0000U + 5 * size);
}

TEST_F(BarTablesTest, misses_just_outside_the_bar) {
    tables.set_slave(0, vf5, root1, slave_base, true);
    EXPECT_FALSE(tables.find(root1, slave_base - 1));
    EXPECT_TRUE(tables.find(root1, slave_base + size - 1));
    EXPECT_FALSE(tables.find(root1, slave_base + size));
    EXPECT_FALSE(tables.find(root2, slave_base));
}

TEST_F(BarTablesTest, misses_while_memory_enable_is_clear) {
    tables.set_slave(0, vf5, root1, slave_base, false);
    EXPECT_FALSE(tables.find(root1, slave_base));
}

TEST_F(BarTablesTest, answers_with_the_lower_vf_when_a_slave_programs_two_to_one_address) {
    tables.set_slave(0, vf5, root1, slave_base, true);
    tables.set_slave(0, vf0, root1, slave_base, true);
    EXPECT_EQ(tables.find(root1, slave_base)->vf, vf0);
    tables.set_slave(0, vf0, root1, slave_base, false);
    EXPECT_EQ(tables.find(root1, slave_base)->vf, vf5);
}

TEST_F(BarTablesTest, misses_everything_while_the_masters_vfs_do_not_decode) {
    tables.set_slave(0, vf5, root1, slave_base, true);
    tables.set_master(0, 0xD000'0000, 0);
    EXPECT_FALSE(tables.find(root1, slave_base));
    EXPECT_FALSE(tables.find_master(0xD000'0000));
    tables.set_master(0, 0xD000'0000, size);
    EXPECT_TRUE(tables.find(root1, slave_base));
}

TEST_F(BarTablesTest, tells_which_vf_an_address_of_the_master_belongs_to) {
    EXPECT_EQ(tables.find_master(0xD000'0000 + 63 * size + 8), pcie::VfIndex(63));
    EXPECT_FALSE(tables.find_master(0xD000'0000 + 64 * size));
    EXPECT_FALSE(tables.find_master(0xCFFF'FFFF));
}

TEST_F(BarTablesTest, forgets_all_bars_of_a_cleared_vf) {
    tables.set_slave(0, vf5, root1, slave_base, true);
    tables.set_slave(3, vf5, root1, slave_base + size, true);
    tables.clear(vf5);
    EXPECT_FALSE(tables.find(root1, slave_base));
    EXPECT_FALSE(tables.find(root1, slave_base + size));
}

TEST_F(BarTablesTest, refuses_a_size_that_is_no_power_of_two_of_at_least_4_kb) {
    EXPECT_THROW(tables.set_master(0, 0, 0x3000), core::ModelViolation);
    EXPECT_THROW(tables.set_master(0, 0, 0x800), core::ModelViolation);
}

} // namespace
} // namespace rootpool::pooling
