#pragma once

#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/error_reporting.h"
#include "rootpool/pcie/tlp_builder.h"

/// A function with the registers that error reporting uses, and words for them.
namespace rootpool::pcie::test {

constexpr ErrorRegisters error_registers{0xA0, 0x100};
constexpr std::uint16_t device_control_at = 0xA8;
constexpr std::uint16_t device_status_at = 0xAA;
constexpr std::uint16_t uncorrectable_status_at = 0x104;
constexpr std::uint16_t uncorrectable_mask_at = 0x108;
constexpr std::uint16_t severity_at = 0x10C;
constexpr std::uint16_t correctable_status_at = 0x110;
constexpr std::uint16_t correctable_mask_at = 0x114;
constexpr std::uint16_t aer_control_at = 0x118;
constexpr std::uint16_t header_log_at = 0x11C;
constexpr std::uint16_t root_command_at = 0x12C;
constexpr std::uint16_t root_status_at = 0x130;
constexpr std::uint16_t source_id_at = 0x134;

inline ConfigSpace endpoint_space() {
    ConfigSpace space;
    ConfigSpaceBuilder(space)
        .type_0_header({.vendor = 0x8086, .device = 0x10FB})
        .express(error_registers.express, {})
        .advanced_error_reporting(error_registers.aer, {.ecrc = true, .internal = true});
    return space;
}

inline ConfigSpace bridge_space(PortType type) {
    ConfigSpace space;
    ConfigSpaceBuilder(space)
        .type_1_header({.vendor = 0x8086, .device = 0x0151})
        .express(error_registers.express, {.type = type})
        .advanced_error_reporting(error_registers.aer, {.root = type == PortType::root_port});
    return space;
}

/// One bit or field of a register, as software writes it.
inline void write16(ConfigSpace& space, std::uint16_t at, std::uint16_t value) {
    const unsigned shift = 8U * (at & 2U);
    space.write(at & 0xFFCU, std::uint32_t{value} << shift, (at & 2U) != 0 ? 0xC : 0x3);
}
inline void write32(ConfigSpace& space, std::uint16_t at, std::uint32_t value) { space.write(at, value, 0xF); }

} // namespace rootpool::pcie::test
