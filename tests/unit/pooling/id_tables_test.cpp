#include "rootpool/pooling/id_tables.h"

#include <gtest/gtest.h>

#include "rootpool/core/error.h"

namespace rootpool::pooling {
namespace {

constexpr pcie::RootId root1(1);
constexpr pcie::RootId root2(2);
constexpr pcie::VfIndex vf3(3);
constexpr pcie::VfIndex vf7(7);
constexpr pcie::Bdf slot_function_0(3, 0, 0);

TEST(IdTables, tells_equal_functions_of_two_roots_apart) {
    IdTables tables(64);
    tables.lend(vf3, {root1, slot_function_0});
    tables.lend(vf7, {root2, slot_function_0});
    EXPECT_EQ(tables.find({root1, slot_function_0}), vf3);
    EXPECT_EQ(tables.find({root2, slot_function_0}), vf7);
    EXPECT_EQ(tables.at(vf7).owner(), (RootFunction{root2, slot_function_0}));
}

TEST(IdTables, misses_what_was_never_lent) {
    IdTables tables(64);
    tables.lend(vf3, {root1, slot_function_0});
    EXPECT_FALSE(tables.find({root1, pcie::Bdf(3, 0, 1)}));
    EXPECT_FALSE(tables.find({root2, slot_function_0}));
    EXPECT_FALSE(tables.at(vf7).valid());
}

TEST(IdTables, reads_an_invalid_entry_beyond_the_last_vf) {
    EXPECT_FALSE(IdTables(64).at(pcie::VfIndex(64)).valid());
    EXPECT_FALSE(IdTables(64).at(pcie::VfIndex(0xFFFF)).valid());
}

TEST(IdTables, moves_all_functions_of_one_root_when_its_bus_is_renumbered) {
    IdTables tables(64);
    tables.lend(vf3, {root1, slot_function_0});
    tables.lend(vf7, {root2, slot_function_0});
    tables.set_bus(root1, 9);
    EXPECT_EQ(tables.find({root1, pcie::Bdf(9, 0, 0)}), vf3);
    EXPECT_FALSE(tables.find({root1, slot_function_0}));
    EXPECT_EQ(tables.find({root2, slot_function_0}), vf7);
}

TEST(IdTables, forgets_a_vf_that_was_taken_back) {
    IdTables tables(64);
    tables.lend(vf3, {root1, slot_function_0});
    tables.take_back(vf3);
    EXPECT_FALSE(tables.find({root1, slot_function_0}));
    EXPECT_FALSE(tables.at(vf3).valid());
}

TEST(IdTables, never_lets_two_entries_hit) {
    IdTables tables(64);
    tables.lend(vf3, {root1, slot_function_0});
    EXPECT_THROW(tables.lend(vf7, {root1, slot_function_0}), core::ModelViolation);
    EXPECT_THROW(tables.lend(vf3, {root2, slot_function_0}), core::ModelViolation);
    EXPECT_THROW(tables.lend(pcie::VfIndex(64), {root2, slot_function_0}), core::ModelViolation);
}

TEST(IdTables, finds_every_entry_of_a_full_table) {
    IdTables tables(1024);
    for (std::uint16_t vf = 0; vf < 1024; ++vf) {
        tables.lend(pcie::VfIndex(vf),
                    {pcie::RootId(static_cast<std::uint8_t>(vf / 8)), pcie::Bdf::from_bus_devfn(3, vf % 8)});
    }
    for (std::uint16_t vf = 0; vf < 1024; ++vf) {
        EXPECT_EQ(tables.find(tables.at(pcie::VfIndex(vf)).owner()), pcie::VfIndex(vf));
    }
}

} // namespace
} // namespace rootpool::pooling
