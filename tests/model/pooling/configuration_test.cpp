// What the operating systems of the master and of a slave see by configuration requests, over the links.
#include <gtest/gtest.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using pooling::AssignResult;
using pooling::DeviceIndex;
using pooling::RefusalCause;

constexpr pcie::Bdf management(1, 0, 0);
constexpr pcie::Bdf upstream_bridge(1, 0, 1);
constexpr pcie::Bdf downstream_bridge(2, 0, 0);
constexpr pcie::Bdf slot = PooledPlatform::slot;
constexpr unsigned master = 0;
constexpr unsigned slave = 1;
constexpr std::uint32_t nothing = 0xFFFF'FFFF;

/// SystemC elaborates once: one platform for the whole executable; each test starts where the one before stopped.
class ConfigurationTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        platform = std::make_unique<PooledPlatform>("pool", PlatformConfig{});
        platform->enumerate_bridges(master);
        platform->enable_vfs(16);
        EXPECT_EQ(platform->multi_root_switch.pool_manager().assign(
                      DeviceIndex(0), {pcie::VfIndex(0), pcie::VfIndex(3)}, pcie::RootId(slave)),
                  AssignResult::ok);
        platform->enumerate_bridges(slave);
    }
    static void TearDownTestSuite() { platform.reset(); }
    static std::unique_ptr<PooledPlatform> platform;
};
std::unique_ptr<PooledPlatform> ConfigurationTest::platform;

TEST_F(ConfigurationTest, slave_sees_the_tree_of_the_papers_figure_6) {
    EXPECT_EQ(platform->config_read(slave, management, 0), 0x8086'10EEU);
    EXPECT_EQ(platform->config_read(slave, upstream_bridge, 0x08) >> 16U, 0x0604U);
    EXPECT_EQ(platform->config_read(slave, pcie::Bdf(1, 0, 2), 0), nothing);
    EXPECT_EQ(platform->config_read(slave, downstream_bridge, 0x08) >> 16U, 0x0604U);
    EXPECT_EQ(platform->config_read(slave, pcie::Bdf(2, 1, 0), 0), nothing);
    for (std::uint8_t function = 0; function < 8; ++function) {
        EXPECT_EQ(platform->config_read(slave, pcie::Bdf(3, 0, function), 0), function < 4 ? 0x10ED'8086U : nothing);
    }
    EXPECT_EQ(platform->multi_root_switch.engine(DeviceIndex(0)).counters(pcie::RootId(slave)).refused.total(), 0U)
        << "probes are no refusals";
}

TEST_F(ConfigurationTest, slave_walks_a_capability_chain_without_ari) {
    EXPECT_EQ(platform->config_read(slave, slot, 0x34) & 0xFFU, 0x70U);
    EXPECT_EQ(platform->config_read(slave, slot, 0x70), 0x0002'A011U);
    EXPECT_EQ(platform->config_read(slave, slot, 0xA0), 0x0000'0010U) << "erratum 35 is passed on";
    EXPECT_EQ(platform->config_read(slave, slot, 0x100), 0x0001'0001U);
    EXPECT_EQ(platform->config_read(slave, slot, 0x150), 0U);
}

TEST_F(ConfigurationTest, slave_sizes_and_places_bars_and_reaches_the_vf) {
    platform->config_write(slave, slot, 0x10, 0xFFFF'FFFF);
    EXPECT_EQ(platform->config_read(slave, slot, 0x10), 0xFFFF'C00CU);
    platform->map_function(slave, 0);
    platform->device.memory = [](std::uint64_t address) { return static_cast<std::uint32_t>(address); };
    const auto read = memory_request(pcie::TlpKind::memory_read, {}, PooledPlatform::slave_window + 8);
    EXPECT_EQ(platform->ask(slave, read).value(), PooledPlatform::master_window + 8);
}

TEST_F(ConfigurationTest, slave_loses_memory_when_it_clears_memory_enable) {
    const auto read = memory_request(pcie::TlpKind::memory_read, {}, PooledPlatform::slave_window);
    platform->config_write(slave, slot, 0x04, 0x0004, 0x3);
    EXPECT_EQ(platform->ask(slave, read).tlp->header.status, pcie::CompletionStatus::unsupported_request);
    platform->config_write(slave, slot, 0x04, 0x0006, 0x3);
    EXPECT_EQ(platform->ask(slave, read).tlp->header.status, pcie::CompletionStatus::successful);
    EXPECT_EQ(platform->config_read(slave, slot, 0x04) & 0xFFFFU, 0x0006U);
}

TEST_F(ConfigurationTest, master_sees_the_device_itself_and_reads_but_cannot_write_a_lent_vf) {
    EXPECT_EQ(platform->config_read(master, slot, 0), 0x10FB'8086U);
    const pcie::Bdf vf0(3, 0x10, 0);
    EXPECT_EQ(platform->config_read(master, vf0, 0x08), 0x0200'0001U);
    const auto refused = platform->multi_root_switch.refusals(pcie::RootId(master), RefusalCause::lent_to_another);
    platform->config_write(master, vf0, 0x04, 0x4);
    EXPECT_EQ(platform->multi_root_switch.refusals(pcie::RootId(master), RefusalCause::lent_to_another), refused + 1);
    EXPECT_EQ(platform->roots[master]->completions.front().tlp->header.status,
              pcie::CompletionStatus::unsupported_request);
}

TEST_F(ConfigurationTest, empty_slot_has_no_link_and_no_device) {
    constexpr unsigned other_slave = 2;
    platform->enumerate_bridges(other_slave);
    const auto link_status = [&] {
        return platform->config_read(other_slave, downstream_bridge, pooling::BridgeRegisters::link_status - 2) >> 16U;
    };
    EXPECT_EQ(link_status() & 0x2000U, 0U);
    EXPECT_EQ(platform->config_read(other_slave, slot, 0), nothing);
    pooling::PoolManager& manager = platform->multi_root_switch.pool_manager();
    EXPECT_EQ(manager.assign(DeviceIndex(0), {pcie::VfIndex(8), pcie::VfIndex(8)}, pcie::RootId(other_slave)),
              AssignResult::ok);
    EXPECT_EQ(link_status() & 0x2000U, 0x2000U);
    EXPECT_EQ(platform->config_read(other_slave, slot, 0), 0x10ED'8086U);
}

TEST_F(ConfigurationTest, slave_bridge_advertises_the_payload_of_the_pf) {
    EXPECT_EQ(platform->config_read(slave, downstream_bridge, pooling::BridgeRegisters::device_capabilities) & 7U, 0U);
    platform->config_write(master, slot, 0xA8, 0x2830, 0x3);
    EXPECT_EQ(platform->config_read(slave, downstream_bridge, pooling::BridgeRegisters::device_capabilities) & 7U, 1U);
}

TEST_F(ConfigurationTest, master_lends_by_management_register) {
    platform->config_write(master, management, 0x10, 0xF000'0000);
    platform->config_write(master, management, 0x04, 0x2);
    using Map = pooling::ManagementRegisterMap;
    for (const auto& [offset, value] : {std::pair{Map::device, 0U}, std::pair{Map::vf_range, 0x0009'0009U},
                                        std::pair{Map::target, 2U}, std::pair{Map::command, Map::command_assign}}) {
        platform->roots[master]->send(memory_request(pcie::TlpKind::memory_write, {}, 0xF000'0000 + offset), value);
    }
    const auto result =
        platform->ask(master, memory_request(pcie::TlpKind::memory_read, {}, 0xF000'0000 + Map::result));
    EXPECT_EQ(result.value(), 0U);
    EXPECT_EQ(platform->multi_root_switch.engine(DeviceIndex(0)).lent_to(pcie::RootId(2)).size(), 2U);
}

} // namespace
} // namespace rootpool::models::test
