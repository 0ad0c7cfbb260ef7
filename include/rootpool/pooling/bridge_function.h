#pragma once

#include <cstdint>

#include "rootpool/pcie/bridge_window.h"
#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/error_reporting.h"
#include "rootpool/pcie/link_arithmetic.h"
#include "rootpool/pcie/types.h"

namespace rootpool::pooling {

enum class FunctionKind : std::uint8_t { management_endpoint, upstream_bridge, downstream_bridge };

/// Offsets in the configuration space of the switch's own functions.
struct BridgeRegisters {
    static constexpr std::uint16_t command = 0x04;
    static constexpr std::uint16_t bar0 = 0x10;
    static constexpr std::uint16_t bus_numbers = 0x18;
    static constexpr std::uint16_t bridge_control = 0x3E;
    static constexpr std::uint16_t power_management = 0x40;
    static constexpr std::uint16_t msi = 0x48;
    static constexpr std::uint16_t pcie = 0x60;
    static constexpr std::uint16_t device_capabilities = pcie + 0x04;
    static constexpr std::uint16_t device_control = pcie + 0x08;
    static constexpr std::uint16_t link_status = pcie + 0x12;
    static constexpr std::uint16_t slot_control = pcie + 0x18;
    static constexpr std::uint16_t slot_status = pcie + 0x1A;
    static constexpr std::uint16_t device_control_2 = pcie + 0x28;
    static constexpr std::uint16_t aer = 0x100;
    static constexpr std::uint16_t acs = 0x148;
};

/// One function that the switch itself has: the management endpoint, the upstream bridge, a downstream bridge.
/// Configuration space and what routing needs of it, decoded at every write.
class BridgeFunction {
public:
    /// `slot` is the physical slot number of a downstream bridge.
    BridgeFunction(FunctionKind kind, std::uint16_t slot);

    [[nodiscard]] std::uint32_t read(std::uint16_t offset) const noexcept { return space_.read(offset); }
    /// A Type 0 configuration write that `target` named; the function captures bus and device number from it (PCIe
    /// base 2.2.6.2).
    void write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);

    [[nodiscard]] pcie::Bdf id() const noexcept { return id_; }
    [[nodiscard]] bool memory_enable() const noexcept { return (space_.get16(BridgeRegisters::command) & 2U) != 0; }
    [[nodiscard]] bool bus_master() const noexcept { return (space_.get16(BridgeRegisters::command) & 4U) != 0; }
    [[nodiscard]] bool ari_forwarding() const noexcept {
        return (space_.get16(BridgeRegisters::device_control_2) & 0x20U) != 0;
    }
    [[nodiscard]] std::uint8_t secondary() const noexcept { return space_.get8(BridgeRegisters::bus_numbers + 1); }
    [[nodiscard]] std::uint8_t subordinate() const noexcept { return space_.get8(BridgeRegisters::bus_numbers + 2); }
    /// Secondary 0 is the reset value: the bridge was not set up and owns no bus.
    [[nodiscard]] bool owns_bus(std::uint8_t bus) const noexcept {
        return secondary() != 0 && secondary() <= bus && bus <= subordinate();
    }
    /// Inside a bridge's windows or an endpoint's BAR, whatever memory enable says.
    [[nodiscard]] bool decodes(std::uint64_t address) const noexcept {
        return memory_.contains(address) || prefetchable_.contains(address);
    }

    /// Rate and width: what the port can do, and what was negotiated.
    void set_link(const pcie::LinkParameters& link) noexcept;
    /// Downstream bridge: something is in the slot; presence and link-active state, with their change bits.
    void set_presence(bool present) noexcept;
    [[nodiscard]] bool present() const noexcept;
    /// The largest payload that the bridge advertises, also after resets: 128, 256 or 512 bytes.
    void set_max_payload(unsigned bytes) noexcept;
    /// ACS Control, P2P Request Redirect (PCIe base 6.12.1.1): requests between devices must not pass here.
    [[nodiscard]] bool redirects_requests() const noexcept {
        return kind_ == FunctionKind::downstream_bridge && (space_.get16(BridgeRegisters::acs + 6) & 4U) != 0;
    }
    /// Software holds in reset what is below: Secondary Bus Reset, or Link Disable of a downstream bridge.
    [[nodiscard]] bool holds_reset() const noexcept {
        return pcie::holds_secondary_reset(space_, BridgeRegisters::pcie);
    }
    /// Records an error that this function detected; the message that is due.
    [[nodiscard]] pcie::ErrorMessage report(pcie::ErrorKind kind, const pcie::ErrorDetails& details) noexcept;
    /// Whether an ERR_ message from below goes on (PCIe base 6.2.8.1).
    [[nodiscard]] bool forward_error(pcie::ErrorMessage message) noexcept;
    /// Back to reset values: the link to the root went down. Presence and what the error log says stay.
    void reset();

private:
    void decode() noexcept;

    FunctionKind kind_;
    pcie::ConfigSpace space_;
    pcie::Bdf id_;
    pcie::AddressWindow memory_;
    pcie::AddressWindow prefetchable_;
};

} // namespace rootpool::pooling
