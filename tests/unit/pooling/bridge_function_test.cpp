#include "rootpool/pooling/bridge_function.h"

#include <gtest/gtest.h>

namespace rootpool::pooling {
namespace {

using Registers = BridgeRegisters;
constexpr pcie::Bdf target(2, 0, 0);

TEST(BridgeFunction, shows_the_devices_of_the_papers_figure_6) {
    const BridgeFunction endpoint(FunctionKind::management_endpoint, 0);
    EXPECT_EQ(endpoint.read(0), 0x8086'10EEU);
    EXPECT_EQ(endpoint.read(0x0C) >> 16U & 0xFFU, 0x80U);
    const BridgeFunction upstream(FunctionKind::upstream_bridge, 0);
    EXPECT_EQ(upstream.read(0x0C) >> 16U & 0x7FU, 0x01U);
    EXPECT_EQ(upstream.read(0x08) >> 16U, 0x0604U);
}

TEST(BridgeFunction, captures_its_number_from_configuration_writes) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    EXPECT_EQ(bridge.id(), pcie::Bdf());
    bridge.write(target, 0x04, 0, 0);
    EXPECT_EQ(bridge.id(), target);
}

TEST(BridgeFunction, sizes_the_management_bar_as_4_kb_and_decodes_it) {
    BridgeFunction endpoint(FunctionKind::management_endpoint, 0);
    EXPECT_FALSE(endpoint.decodes(0));
    endpoint.write(target, 0x10, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(endpoint.read(0x10), 0xFFFF'F000U);
    endpoint.write(target, 0x10, 0xF000'0000, 0xF);
    EXPECT_TRUE(endpoint.decodes(0xF000'0FFF));
    EXPECT_FALSE(endpoint.decodes(0xF000'1000));
}

TEST(BridgeFunction, decodes_both_windows) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    EXPECT_FALSE(bridge.decodes(0));
    bridge.write(target, 0x20, 0xF010'F000, 0xF);
    bridge.write(target, 0x28, 0x20, 0xF);
    bridge.write(target, 0x2C, 0x20, 0xF);
    bridge.write(target, 0x24, 0x0010'0000, 0xF);
    EXPECT_TRUE(bridge.decodes(0xF01F'FFFF));
    EXPECT_FALSE(bridge.decodes(0xF020'0000));
    EXPECT_TRUE(bridge.decodes(0x20'0010'0000));
    EXPECT_FALSE(bridge.decodes(0x10'0000));
}

TEST(BridgeFunction, reports_presence_and_link_with_their_change_bits) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    EXPECT_FALSE(bridge.present());
    bridge.set_presence(true);
    EXPECT_TRUE(bridge.present());
    EXPECT_EQ(bridge.read(Registers::slot_control) >> 16U, 0x0148U);
    EXPECT_EQ(bridge.read(Registers::link_status - 2) >> 16U & 0x2000U, 0x2000U);
    bridge.write(target, Registers::slot_control, 0x0148'0000, 0xC);
    EXPECT_EQ(bridge.read(Registers::slot_control) >> 16U, 0x0040U)
        << "change bits are write-1-to-clear, presence is not";
    bridge.set_presence(false);
    EXPECT_FALSE(bridge.present());
}

TEST(BridgeFunction, completes_a_slot_command) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    bridge.write(target, Registers::slot_control, 0x0200, 0x3);
    EXPECT_EQ(bridge.read(Registers::slot_control), 0x0010'0200U);
}

TEST(BridgeFunction, advertises_the_payload_that_it_is_given) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    bridge.set_max_payload(128);
    EXPECT_EQ(bridge.read(Registers::device_capabilities) & 7U, 0U);
    bridge.set_max_payload(256);
    EXPECT_EQ(bridge.read(Registers::device_capabilities) & 7U, 1U);
}

TEST(BridgeFunction, advertises_the_payload_that_it_is_given_also_after_a_reset) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    bridge.set_max_payload(128);
    bridge.reset();
    EXPECT_EQ(bridge.read(Registers::device_capabilities) & 7U, 0U) << "the device below was not reset";
}

TEST(BridgeFunction, owns_no_bus_before_it_is_numbered) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    EXPECT_FALSE(bridge.owns_bus(0));
    bridge.write(target, 0x18, 0x0005'0302, 0xF);
    EXPECT_TRUE(bridge.owns_bus(3));
    EXPECT_TRUE(bridge.owns_bus(5));
    EXPECT_FALSE(bridge.owns_bus(6));
}

TEST(BridgeFunction, keeps_presence_over_reset) {
    BridgeFunction bridge(FunctionKind::downstream_bridge, 1);
    bridge.set_presence(true);
    bridge.write(target, 0x18, 0x0005'0302, 0xF);
    bridge.reset();
    EXPECT_TRUE(bridge.present());
    EXPECT_FALSE(bridge.owns_bus(3));
    EXPECT_EQ(bridge.id(), pcie::Bdf());
}

} // namespace
} // namespace rootpool::pooling
