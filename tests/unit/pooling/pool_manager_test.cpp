#include "rootpool/pooling/pool_manager.h"

#include <gmock/gmock.h>

#include "pool_fixture.h"

namespace rootpool::pooling {
namespace {

using namespace test;
using testing::ElementsAre;

TEST(PoolManager, packs_lent_vfs_from_function_0_and_shows_presence) {
    Pool pool;
    pool.engine->set_slave_bus(slave1, 3);
    EXPECT_FALSE(pool.switches[1]->bridge(nic).present());
    EXPECT_EQ(pool.manager->assign(nic, vfs(4, 5), slave1), AssignResult::ok);
    EXPECT_EQ(pool.manager->assign(nic, vfs(9, 9), slave1), AssignResult::ok);
    EXPECT_EQ(pool.engine->ids().find({slave1, pcie::Bdf(3, 0, 0)}), pcie::VfIndex(4));
    EXPECT_EQ(pool.engine->ids().find({slave1, pcie::Bdf(3, 0, 2)}), pcie::VfIndex(9));
    EXPECT_TRUE(pool.switches[1]->bridge(nic).present());
}

TEST(PoolManager, packs_the_rest_again_when_the_front_is_taken_back) {
    Pool pool;
    ASSERT_EQ(pool.manager->assign(nic, vfs(0, 2), slave1), AssignResult::ok);
    EXPECT_EQ(pool.manager->unassign(nic, vfs(0, 0), slave1), AssignResult::ok);
    EXPECT_THAT(pool.engine->lent_to(slave1), ElementsAre(pcie::VfIndex(1), pcie::VfIndex(2)));
    EXPECT_EQ(pool.engine->ids().find({slave1, pcie::Bdf(0, 0, 0)}), pcie::VfIndex(1));
    EXPECT_EQ(pool.manager->unassign(nic, vfs(1, 2), slave1), AssignResult::ok);
    EXPECT_FALSE(pool.switches[1]->bridge(nic).present());
}

TEST(PoolManager, refuses_what_cannot_be_lent_and_changes_nothing) {
    Pool pool;
    ASSERT_EQ(pool.manager->assign(nic, vfs(0, 3), slave1), AssignResult::ok);
    EXPECT_EQ(pool.manager->assign(DeviceIndex(1), vfs(0, 0), slave1), AssignResult::no_such_device);
    EXPECT_EQ(pool.manager->assign(nic, vfs(4, 4), pcie::RootId(3)), AssignResult::no_such_root);
    EXPECT_EQ(pool.manager->assign(nic, vfs(4, 4), master), AssignResult::root_is_master);
    EXPECT_EQ(pool.manager->assign(nic, vfs(63, 64), slave2), AssignResult::vf_out_of_range);
    EXPECT_EQ(pool.manager->assign(nic, vfs(0xFFFF, 0xFFFF), slave2), AssignResult::vf_out_of_range);
    EXPECT_EQ(pool.manager->assign(nic, vfs(5, 4), slave2), AssignResult::vf_out_of_range);
    EXPECT_EQ(pool.manager->assign(nic, vfs(3, 4), slave2), AssignResult::already_lent);
    EXPECT_EQ(pool.manager->assign(nic, vfs(4, 8), slave1), AssignResult::too_many_functions);
    EXPECT_EQ(pool.manager->unassign(nic, vfs(0, 0), slave2), AssignResult::not_lent);
    EXPECT_EQ(pool.manager->unassign(nic, vfs(3, 4), slave1), AssignResult::not_lent);
    EXPECT_EQ(pool.engine->lent_to(slave1).size(), 4U);
    EXPECT_TRUE(pool.engine->lent_to(slave2).empty());
}

TEST(PoolManager, refuses_a_root_without_path) {
    Pool pool;
    PortSwitchingTable only_master(3, 1);
    only_master.connect(master, nic);
    PoolManager manager(only_master, {pool.engine.get()},
                        {pool.switches[0].get(), pool.switches[1].get(), pool.switches[2].get()});
    EXPECT_EQ(manager.assign(nic, vfs(0, 0), slave1), AssignResult::no_path);
}

TEST(PoolManager, lends_more_than_8_vfs_to_a_slot_only_with_ari) {
    Pool without;
    EXPECT_EQ(without.manager->assign(nic, vfs(0, 8), slave1), AssignResult::too_many_functions);
    Pool with("scoreboard", true);
    EXPECT_EQ(with.manager->assign(nic, vfs(0, 62), slave1), AssignResult::ok);
}

} // namespace
} // namespace rootpool::pooling
