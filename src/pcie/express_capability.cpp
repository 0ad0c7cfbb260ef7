#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"

/// The PCI Express capability (PCIe base 7.5.3).
namespace rootpool::pcie {

namespace {

namespace r = registers;

constexpr std::uint8_t id_express = 0x10;

[[nodiscard]] constexpr bool has_link_below(PortType type) noexcept {
    return type == PortType::root_port || type == PortType::downstream_port;
}

/// Link Control (PCIe base 7.5.3.7): Retrain Link reads 0 by definition, and here it retrains nothing; there is neither
/// Extended Synch, since no ordered sets are sent but SKP, nor an autonomous change of the width.
[[nodiscard]] constexpr std::uint16_t writable_link_control(const Express& express) noexcept {
    constexpr std::uint32_t clock_power_management_capable = 1U << 18U;
    constexpr unsigned common_clock = 1U << 6U;
    constexpr unsigned enable_clock_power_management = 1U << 8U;
    constexpr unsigned aspm_support_shift = 10;
    unsigned bits = common_clock | (express.link_capabilities >> aspm_support_shift & 3U);
    bits |= has_link_below(express.type) ? r::link_control_disable : 0U;
    bits |= express.type == PortType::endpoint ? r::link_control_read_completion_boundary : 0U;
    bits |= (express.link_capabilities & clock_power_management_capable) != 0 ? enable_clock_power_management : 0U;
    return static_cast<std::uint16_t>(bits);
}

/// What a part of a slot adds to Slot Control (PCIe base 7.5.3.9, 7.5.3.10). No power controller detects faults.
struct SlotPart {
    std::uint32_t present; ///< in Slot Capabilities
    std::uint16_t control;
};
constexpr std::uint16_t slot_indicators = 0x03C0;
constexpr SlotPart slot_parts[] = {
    {1U << 0U, 1U << 0U},  // attention button
    {1U << 1U, 1U << 10U}, // power controller
    {1U << 2U, 1U << 2U},  // MRL sensor
    {1U << 3U, 0x00C0},    // attention indicator
    {1U << 4U, 0x0300},    // power indicator
    {1U << 6U, 7U << 3U},  // hot-plug: presence, command completed, interrupt
};

[[nodiscard]] constexpr std::uint16_t writable_slot_control(const Express& express) noexcept {
    constexpr unsigned link_state_changed_enable = 1U << 12U;
    unsigned bits =
        (express.link_capabilities & r::link_capabilities_active_reporting) != 0 ? link_state_changed_enable : 0U;
    for (const SlotPart& part : slot_parts) {
        bits |= (express.slot_capabilities & part.present) != 0 ? part.control : 0U;
    }
    return static_cast<std::uint16_t>(bits);
}

/// Device Control 2 (PCIe base 7.5.3.16): completion timeout and ARI forwarding, where the capability has them.
[[nodiscard]] constexpr std::uint16_t writable_device_control_2(const Express& express) noexcept {
    constexpr std::uint32_t completion_timeout = 0x1F;
    return static_cast<std::uint16_t>(
        ((express.device_capabilities_2 & completion_timeout) != 0 ? completion_timeout : 0U) |
        (express.device_capabilities_2 & r::device_control_2_ari));
}

constexpr std::uint32_t rate_and_width_bits = 0x3FF;

[[nodiscard]] std::uint32_t rate_and_width(const LinkParameters& link) noexcept {
    return link_rate_and_width(static_cast<unsigned>(link.generation), link.width);
}

} // namespace

ConfigSpaceBuilder& ConfigSpaceBuilder::express(std::uint16_t offset, const Express& express) {
    const auto at = [offset](unsigned plus) { return static_cast<std::uint16_t>(offset + plus); };
    link(offset, 0x3C, id_express);
    space_.define16(at(2), static_cast<std::uint16_t>(express.version | static_cast<unsigned>(express.type) << 4U |
                                                      (express.slot_implemented ? 0x100U : 0U) |
                                                      static_cast<unsigned>(express.interrupt_message) << 9U));
    space_.define32(at(r::device_capabilities), express.device_capabilities);
    // Initiate Function Level Reset (bit 15) always reads 0: its owner sees it in ConfigSpace::Write::written.
    const bool extended_tag = (express.device_capabilities & r::device_capabilities_extended_tag) != 0;
    space_.define16(at(r::device_control), express.device_control,
                    static_cast<std::uint16_t>(0x78FFU | (extended_tag ? r::device_control_extended_tag : 0U)));
    space_.keep_over_flr(at(r::device_control), 0x00E0); // MPS, PCIe base 6.6.2
    space_.define16(at(r::device_status), 0, 0, 0x000F);
    space_.define32(at(r::link_capabilities), express.link_capabilities);
    space_.define16(at(r::link_control), express.link_control, writable_link_control(express));
    space_.keep_over_flr(at(r::link_control), 0xFFFF);
    space_.define16(at(r::link_status), express.link_status, 0, has_link_below(express.type) ? 0xC000 : 0);
    space_.keep_over_flr(at(r::link_status), 0xFFFF); // the link is not reset, PCIe base 6.6.2
    if (express.slot_implemented) {
        space_.define32(at(r::slot_capabilities), express.slot_capabilities);
        const std::uint16_t writable = writable_slot_control(express);
        space_.define16(at(r::slot_control), writable & slot_indicators, writable); // both indicators off
        space_.define16(at(r::slot_status), 0, 0, 0x011F);
    }
    if (express.type == PortType::root_port) {
        space_.define16(at(r::root_control), 0, 0x0007); // no PME interrupt, no RRS Software Visibility
        space_.define32(at(r::root_status), 0, 0, 0x0001'0000);
    }
    space_.define32(at(r::device_capabilities_2), express.device_capabilities_2);
    space_.define16(at(r::device_control_2), 0, writable_device_control_2(express));
    space_.define32(at(r::link_capabilities_2), express.link_capabilities_2);
    space_.define16(at(r::link_control_2), express.link_control_2); // the target rate is the one that there is
    return *this;
}

void set_link_capability(ConfigSpace& space, std::uint16_t express, const LinkParameters& able) noexcept {
    const auto at = [express](std::uint16_t offset) { return static_cast<std::uint16_t>(express + offset); };
    const auto generation = static_cast<unsigned>(able.generation);
    space.redefine32(at(r::link_capabilities), rate_and_width_bits, rate_and_width(able));
    if (space.get32(at(r::link_capabilities_2)) != 0) {
        constexpr std::uint32_t supported_rates = 0xFE; // bit 1 is 2.5 GT/s
        space.redefine32(at(r::link_capabilities_2), supported_rates, (2U << generation) - 2U);
    }
    if (space.get16(at(r::link_control_2)) != 0) {
        constexpr std::uint32_t target_rate = 0xF;
        space.redefine32(at(r::link_control_2), target_rate, generation);
    }
}

void set_link_status(ConfigSpace& space, std::uint16_t express, const LinkParameters& negotiated) noexcept {
    constexpr unsigned upper_half = 16; // of the dword that Link Control begins
    space.redefine32(static_cast<std::uint16_t>(express + r::link_control), rate_and_width_bits << upper_half,
                     rate_and_width(negotiated) << upper_half);
}

} // namespace rootpool::pcie
