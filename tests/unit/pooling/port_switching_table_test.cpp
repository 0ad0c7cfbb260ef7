#include "rootpool/pooling/port_switching_table.h"

#include <gmock/gmock.h>
#include <stdexcept>

namespace rootpool::pooling {
namespace {

constexpr pcie::RootId root0(0);
constexpr pcie::RootId root1(1);
constexpr DeviceIndex device0(0);
constexpr DeviceIndex device1(1);

TEST(PortSwitchingTable, numbers_bridges_of_a_root_in_order_of_connection) {
    PortSwitchingTable table(2, 2);
    table.connect(root0, device1);
    table.connect(root0, device0);
    EXPECT_EQ(table.path(root0, device1)->bridge_device, 0);
    EXPECT_EQ(table.path(root0, device0)->bridge_device, 1);
    EXPECT_EQ(table.path(root0, device0)->slot, 2);
    EXPECT_FALSE(table.path(root1, device0));
    EXPECT_THAT(table.devices_of(root0), testing::ElementsAre(device1, device0));
}

TEST(PortSwitchingTable, full_connects_everything) {
    const PortSwitchingTable table = PortSwitchingTable::full(3, 2);
    EXPECT_TRUE(table.path(pcie::RootId(2), device1));
    EXPECT_FALSE(table.path(pcie::RootId(3), device0));
}

TEST(PortSwitchingTable, refuses_what_does_not_exist_and_what_is_connected) {
    PortSwitchingTable table(2, 2);
    table.connect(root0, device0);
    EXPECT_THROW(table.connect(root0, device0), std::invalid_argument);
    EXPECT_THROW(table.connect(pcie::RootId(2), device0), std::invalid_argument);
    EXPECT_THROW(table.connect(root0, DeviceIndex(2)), std::invalid_argument);
}

TEST(PortSwitchingTable, refuses_a_33rd_device_on_one_internal_bus) {
    PortSwitchingTable table(1, 33);
    for (std::uint8_t device = 0; device < 32; ++device) {
        table.connect(root0, DeviceIndex(device));
    }
    EXPECT_THROW(table.connect(root0, DeviceIndex(32)), std::invalid_argument);
}

} // namespace
} // namespace rootpool::pooling
