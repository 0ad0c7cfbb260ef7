#include "rootpool/pooling/management_registers.h"

#include <gtest/gtest.h>

#include "pool_fixture.h"

namespace rootpool::pooling {
namespace {

using namespace test;
using Map = ManagementRegisterMap;

class ManagementRegistersTest : public testing::Test {
protected:
    std::uint32_t command(ManagementRegisters& registers, std::uint32_t device, std::uint32_t range,
                          std::uint32_t target, std::uint32_t what) {
        registers.write(Map::device, device, 0xF);
        registers.write(Map::vf_range, range, 0xF);
        registers.write(Map::target, target, 0xF);
        registers.write(Map::command, what, 0xF);
        return registers.read(Map::result);
    }
    Pool pool;
    std::vector<pcie::RootId> masters{master};
    Fences fences;
    ManagementRegisters of_master{master, 3, masters, *pool.manager, fences};
    ManagementRegisters of_slave{slave1, 3, masters, *pool.manager, fences};
};

TEST_F(ManagementRegistersTest, identify_switch_and_root) {
    EXPECT_EQ(of_master.read(Map::id), Map::identification);
    EXPECT_EQ(of_master.read(Map::root), 0x8001'0300U);
    EXPECT_EQ(of_slave.read(Map::root), 0x0001'0301U);
    EXPECT_EQ(of_slave.read(0xFFC), 0U);
}

TEST_F(ManagementRegistersTest, lend_and_take_back_on_command_of_the_master) {
    EXPECT_EQ(command(of_master, 0, 0x0003'0000, 1, Map::command_assign), 0U);
    EXPECT_EQ(pool.engine->lent_to(slave1).size(), 4U);
    EXPECT_EQ(command(of_master, 0, 0x0003'0000, 1, Map::command_take_back), 0U);
    EXPECT_TRUE(pool.engine->lent_to(slave1).empty());
}

TEST_F(ManagementRegistersTest, refuse_a_slave) {
    EXPECT_EQ(command(of_slave, 0, 0, 1, Map::command_assign), Map::not_master);
    EXPECT_TRUE(pool.engine->lent_to(slave1).empty());
}

TEST_F(ManagementRegistersTest, refuse_numbers_that_do_not_exist) {
    EXPECT_EQ(command(of_master, 1, 0, 1, Map::command_assign),
              static_cast<std::uint32_t>(AssignResult::no_such_device));
    EXPECT_EQ(command(of_master, 0x100, 0, 1, Map::command_assign),
              static_cast<std::uint32_t>(AssignResult::no_such_device));
    EXPECT_EQ(command(of_master, 0, 0, 0x101, Map::command_assign),
              static_cast<std::uint32_t>(AssignResult::no_such_root));
    EXPECT_EQ(command(of_master, 0, 0xFFFF'0000, 1, Map::command_assign),
              static_cast<std::uint32_t>(AssignResult::vf_out_of_range));
    EXPECT_EQ(command(of_master, 0, 0, 1, 7), Map::unknown_command);
}

TEST_F(ManagementRegistersTest, show_whether_the_target_is_fenced) {
    EXPECT_EQ(of_slave.read(Map::fenced), 0U);
    of_slave.write(Map::target, 1, 0xF);
    EXPECT_EQ(of_slave.read(Map::fenced), 1U);
    of_slave.write(Map::target, 3, 0xF);
    EXPECT_EQ(of_slave.read(Map::fenced), 0U) << "there is no such root";
}

TEST_F(ManagementRegistersTest, end_a_fence_on_command_of_the_master) {
    EXPECT_EQ(command(of_slave, 0, 0, 1, Map::command_unfence), Map::not_master);
    EXPECT_TRUE(fences.roots[1]);
    EXPECT_EQ(command(of_master, 0, 0, 1, Map::command_unfence), 0U);
    EXPECT_EQ(fences.roots, (std::vector<bool>{false, false, true}));
}

TEST_F(ManagementRegistersTest, ignore_partial_writes) {
    of_master.write(Map::device, 0xFFFF'FFFF, 0x1);
    EXPECT_EQ(of_master.read(Map::device), 0U);
}

} // namespace
} // namespace rootpool::pooling
