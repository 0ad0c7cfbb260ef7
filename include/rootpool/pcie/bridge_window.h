#pragma once

#include <cstdint>

#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/types.h"

/// What the registers of a type 1 header mean for routing (PCIe base 7.5.1.3).
namespace rootpool::pcie {

/// An address range, both ends included; closed when the base is above the limit.
struct AddressWindow {
    std::uint64_t base = 1;
    std::uint64_t limit = 0;
    [[nodiscard]] constexpr bool contains(std::uint64_t address) const noexcept {
        return base <= address && address <= limit;
    }
};

/// Memory and prefetchable windows: 1 MB granules, bits 31:20 in the registers, the prefetchable one with 32 more bits.
struct BridgeWindows {
    AddressWindow memory;
    AddressWindow prefetchable;

    explicit BridgeWindows(const ConfigSpace& bridge) noexcept {
        constexpr std::uint64_t granule = 0xF'FFFF;
        const auto bits = [&bridge](std::uint16_t offset) {
            return static_cast<std::uint64_t>(bridge.get16(offset) & 0xFFF0U) << 16U;
        };
        const auto upper = [&bridge](std::uint16_t offset) {
            return static_cast<std::uint64_t>(bridge.get32(offset)) << 32U;
        };
        memory = {bits(registers::memory_base), bits(registers::memory_limit) | granule};
        prefetchable = {bits(registers::prefetchable_base) | upper(registers::prefetchable_base_upper),
                        bits(registers::prefetchable_limit) | granule | upper(registers::prefetchable_limit_upper)};
    }
    [[nodiscard]] bool contains(std::uint64_t address) const noexcept {
        return memory.contains(address) || prefetchable.contains(address);
    }
};

[[nodiscard]] inline bool memory_space_enabled(const ConfigSpace& function) noexcept {
    return (function.get16(registers::command) & registers::command_memory_enable) != 0;
}
[[nodiscard]] inline bool bus_master_enabled(const ConfigSpace& function) noexcept {
    return (function.get16(registers::command) & registers::command_bus_master) != 0;
}

/// Software holds the link below a bridge down: Secondary Bus Reset, or Link Disable in the PCI Express capability at
/// `express` (PCIe base 7.5.1.3.13, 7.5.3.7).
[[nodiscard]] inline bool holds_secondary_reset(const ConfigSpace& bridge, std::uint16_t express) noexcept {
    return (bridge.get16(registers::bridge_control) & registers::bridge_control_secondary_reset) != 0 ||
           (bridge.get16(static_cast<std::uint16_t>(express + registers::link_control)) &
            registers::link_control_disable) != 0;
}

/// What a bridge does with a type 1 configuration request (PCIe base 7.3.3).
enum class ConfigRoute : std::uint8_t {
    claim_type0,   ///< its bus is the secondary bus: convert to type 0
    forward_type1, ///< its bus is further down
    not_mine,
};
[[nodiscard]] inline ConfigRoute config_route(const ConfigSpace& bridge, Bdf target) noexcept {
    const std::uint8_t secondary = bridge.get8(registers::secondary_bus);
    if (secondary == 0 || target.bus() < secondary || target.bus() > bridge.get8(registers::subordinate_bus)) {
        return ConfigRoute::not_mine; // secondary 0 is the reset value: the bridge was not set up
    }
    return target.bus() == secondary ? ConfigRoute::claim_type0 : ConfigRoute::forward_type1;
}

} // namespace rootpool::pcie
