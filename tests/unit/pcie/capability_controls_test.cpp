// Controls of what is not offered read 0, whatever is written (PCIe base table 7-2, and what the clauses of the
// registers permit).
#include <utility>

#include <gtest/gtest.h>

#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"

namespace rootpool::pcie {
namespace {

/// What a register of the PCI Express capability keeps of ones in every bit.
std::uint16_t kept_of_ones(const Express& express, std::uint16_t control) {
    ConfigSpace space;
    ConfigSpaceBuilder(space).type_0_header({}).express(0x80, express);
    const auto at = static_cast<std::uint16_t>(0x80 + control);
    space.write(at, 0xFFFF'FFFF, at % 4 == 0 ? 0x3 : 0xC);
    return space.get16(at);
}

TEST(CapabilityControls, LinkControlKeepsWhatThePortHas) {
    constexpr std::uint32_t l0s = 1U << 10U;
    constexpr std::uint32_t l1 = 1U << 11U;
    constexpr std::uint32_t clock_power_management = 1U << 18U;
    const auto kept = [](PortType type, std::uint32_t link_capabilities) {
        return kept_of_ones({.type = type, .link_capabilities = link_capabilities}, registers::link_control);
    };
    EXPECT_EQ(kept(PortType::endpoint, 0), 0x0048) << "RCB, common clock";
    EXPECT_EQ(kept(PortType::endpoint, l0s), 0x0049);
    EXPECT_EQ(kept(PortType::endpoint, l1), 0x004A);
    EXPECT_EQ(kept(PortType::endpoint, clock_power_management), 0x0148);
    EXPECT_EQ(kept(PortType::upstream_port, 0), 0x0040);
    EXPECT_EQ(kept(PortType::downstream_port, 0), 0x0050) << "Link Disable too, and no Retrain Link";
    EXPECT_EQ(kept(PortType::root_port, 0), 0x0050);
}

TEST(CapabilityControls, ReadCompletionBoundaryOfARootPortIsFixed) {
    EXPECT_EQ(kept_of_ones({.type = PortType::root_port, .link_control = 0x0008}, registers::link_control), 0x0058);
}

TEST(CapabilityControls, TargetLinkSpeedIsFixed) {
    EXPECT_EQ(kept_of_ones({.type = PortType::root_port, .link_control_2 = 3}, registers::link_control_2), 3);
    EXPECT_EQ(kept_of_ones({.type = PortType::endpoint}, registers::link_control_2), 0);
}

TEST(CapabilityControls, RootControlHasSystemErrorsOnly) {
    EXPECT_EQ(kept_of_ones({.type = PortType::root_port}, registers::root_control), 0x0007);
}

TEST(CapabilityControls, DeviceControl2HasWhatTheCapabilityHas) {
    const auto kept = [](std::uint32_t device_capabilities_2) {
        return kept_of_ones({.device_capabilities_2 = device_capabilities_2}, registers::device_control_2);
    };
    EXPECT_EQ(kept(0), 0);
    EXPECT_EQ(kept(0x20), 0x0020) << "ARI Forwarding";
    EXPECT_EQ(kept(0x1F), 0x001F) << "completion timeout";
}

TEST(CapabilityControls, SlotControlHasThePartsOfTheSlot) {
    const auto kept = [](std::uint32_t slot_capabilities, std::uint32_t link_capabilities = 0) {
        return kept_of_ones({.type = PortType::downstream_port,
                             .slot_implemented = true,
                             .link_capabilities = link_capabilities,
                             .slot_capabilities = slot_capabilities},
                            registers::slot_control);
    };
    EXPECT_EQ(kept(0), 0);
    EXPECT_EQ(kept(0, registers::link_capabilities_active_reporting), 0x1000);
    EXPECT_EQ(kept(1U << 0U), 0x0001) << "attention button";
    EXPECT_EQ(kept(1U << 1U), 0x0400) << "power controller, without detection of faults";
    EXPECT_EQ(kept(1U << 2U), 0x0004) << "MRL sensor";
    EXPECT_EQ(kept(1U << 3U), 0x00C0) << "attention indicator";
    EXPECT_EQ(kept(1U << 4U), 0x0300) << "power indicator";
    EXPECT_EQ(kept(1U << 6U), 0x0038) << "hot-plug";
    EXPECT_EQ(kept(1U << 17U), 0) << "no interlock";
}

TEST(CapabilityControls, IndicatorsThatAreThereAreOffAfterReset) {
    ConfigSpace space;
    ConfigSpaceBuilder(space).express(
        0x80, {.type = PortType::downstream_port, .slot_implemented = true, .slot_capabilities = 1U << 3U});
    EXPECT_EQ(space.get16(0x98), 0x00C0);
}

TEST(CapabilityControls, PowerStatesD1AndD2AreDiscarded) {
    ConfigSpace space;
    ConfigSpaceBuilder(space).power_management(0x40, {});
    for (const auto& [written, expected] : {std::pair{1U, 0U}, {2U, 0U}, {3U, 3U}, {1U, 3U}, {2U, 3U}, {0U, 0U}}) {
        space.write(0x44, written, 0x1);
        EXPECT_EQ(space.get16(0x44) & 3U, expected) << "after " << written;
    }
}

TEST(CapabilityControls, PowerManagementEventsNeedTheirCapability) {
    ConfigSpace without;
    ConfigSpaceBuilder(without).power_management(0x40, {});
    without.write(0x44, 0xFFFF, 0x3);
    EXPECT_EQ(without.get16(0x44), 0x000B);
    ConfigSpace with;
    ConfigSpaceBuilder(with).power_management(0x40, {.capabilities = 0x4823, .control = 0x2000});
    with.write(0x44, 0x0100, 0x3);
    EXPECT_EQ(with.get16(0x44), 0x2100);
}

} // namespace
} // namespace rootpool::pcie
