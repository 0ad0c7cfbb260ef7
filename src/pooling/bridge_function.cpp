#include "rootpool/pooling/bridge_function.h"

#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"

namespace rootpool::pooling {
namespace {

using Registers = BridgeRegisters;

constexpr std::uint16_t vendor_xilinx = 0x10EE; // the paper's figure 6
constexpr std::uint32_t management_bar_bytes = 4096;

constexpr std::uint16_t present_bit = 0x0040; // Slot Status, Presence Detect State
constexpr std::uint16_t presence_changed = 0x0008;
constexpr std::uint16_t command_completed = 0x0010;
constexpr std::uint16_t link_state_changed = 0x0100;
constexpr std::uint16_t link_active = 0x2000; // Link Status, Data Link Layer Link Active

constexpr pcie::ErrorRegisters error_registers{.express = Registers::pcie, .aer = Registers::aer};

/// What differs between the three kinds of function.
struct KindOfFunction {
    std::uint16_t device;
    std::uint32_t class_code;
    bool multi_function; ///< functions 0 and 1 share a device
    pcie::PortType port_type;
};

constexpr KindOfFunction kinds[] = {
    {0x8086, 0x08'8000, true, pcie::PortType::endpoint}, // class "system peripheral"
    {0x8087, 0x06'0400, true, pcie::PortType::upstream_port},
    {0x8088, 0x06'0400, false, pcie::PortType::downstream_port},
};

pcie::Identity identity_of(const KindOfFunction& kind) {
    pcie::Identity identity;
    identity.vendor = vendor_xilinx;
    identity.device = kind.device;
    identity.class_code = kind.class_code;
    identity.revision = 1;
    identity.subsystem_vendor = vendor_xilinx;
    identity.subsystem = kind.device;
    identity.multi_function = kind.multi_function;
    return identity;
}

pcie::Express express_of(const KindOfFunction& kind, std::uint16_t slot) {
    const bool downstream = kind.port_type == pcie::PortType::downstream_port;
    pcie::Express express;
    express.type = kind.port_type;
    express.slot_implemented = downstream;
    express.device_capabilities = 0x0000'8002; // role-based error reporting, payload up to 512 bytes
    express.link_capabilities = pcie::link_rate_and_width(2, 8);
    express.link_status = static_cast<std::uint16_t>(pcie::link_rate_and_width(2, 8));
    express.link_capabilities_2 = 0x6; // 2.5 and 5 GT/s
    express.link_control_2 = 0x0002;
    if (downstream) {
        express.link_capabilities |= pcie::registers::link_capabilities_surprise_down |
                                     pcie::registers::link_capabilities_active_reporting |
                                     static_cast<std::uint32_t>(slot) << 24U;       // port number
        express.slot_capabilities = static_cast<std::uint32_t>(slot) << 19U | 0x5B; // ABP, PCP, AIP, PIP, HPC
        express.device_capabilities_2 = 0x20;                                       // ARI forwarding
    }
    return express;
}

} // namespace

BridgeFunction::BridgeFunction(FunctionKind kind, std::uint16_t slot) : kind_(kind) {
    const KindOfFunction& what = kinds[static_cast<std::size_t>(kind)];
    pcie::ConfigSpaceBuilder builder(space_);
    if (kind == FunctionKind::management_endpoint) {
        builder.type_0_header(identity_of(what)).bar({0, management_bar_bytes});
    } else {
        builder.type_1_header(identity_of(what));
    }
    builder.power_management(Registers::power_management, {})
        .msi(Registers::msi, false)
        .express(Registers::pcie, express_of(what, slot))
        .advanced_error_reporting(Registers::aer, {});
    if (kind == FunctionKind::downstream_bridge) {
        // Requests between devices of one root are refused, which is more than redirection promises: SV, RR, CR and UF
        // may be enabled.
        builder.access_control(Registers::acs, 0x1D);
    }
    reset();
}

void BridgeFunction::reset() {
    const bool was_present = present();
    space_.hot_reset();
    id_ = {};
    if (was_present) {
        space_.set16(Registers::slot_status, present_bit);
        space_.set16(Registers::link_status, space_.get16(Registers::link_status) | link_active);
    }
    decode();
}

void BridgeFunction::write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables) {
    id_ = target;
    space_.write(offset, value, byte_enables);
    pcie::ErrorReporter(space_, error_registers).follow_write();
    const bool writes_slot_control = (byte_enables & 3U) != 0 && offset == Registers::slot_control;
    if (kind_ == FunctionKind::downstream_bridge && writes_slot_control) {
        // A write to any part of Slot Control is one command; indicators and power take effect at once (PCIe
        // base 6.7.3.2).
        space_.set16(Registers::slot_status, space_.get16(Registers::slot_status) | command_completed);
    }
    decode();
}

void BridgeFunction::decode() noexcept {
    if (kind_ == FunctionKind::management_endpoint) {
        const std::uint64_t base = space_.get32(Registers::bar0) & ~(management_bar_bytes - 1);
        memory_ = base == 0 ? pcie::AddressWindow{} : pcie::AddressWindow{base, base + management_bar_bytes - 1};
        return;
    }
    const pcie::BridgeWindows windows(space_);
    memory_ = windows.memory;
    prefetchable_ = windows.prefetchable;
}

void BridgeFunction::set_presence(bool now_present) noexcept {
    if (now_present == present()) {
        return;
    }
    const auto status = static_cast<std::uint16_t>(space_.get16(Registers::slot_status) ^ present_bit);
    space_.set16(Registers::slot_status, status | presence_changed | link_state_changed);
    space_.set16(Registers::link_status, space_.get16(Registers::link_status) ^ link_active);
}

void BridgeFunction::set_link(const pcie::LinkParameters& link) noexcept {
    pcie::set_link_capability(space_, Registers::pcie, link);
    pcie::set_link_status(space_, Registers::pcie, link);
}

bool BridgeFunction::present() const noexcept {
    return kind_ == FunctionKind::downstream_bridge && (space_.get16(Registers::slot_status) & present_bit) != 0;
}

void BridgeFunction::set_max_payload(unsigned bytes) noexcept {
    const std::uint32_t code = bytes >= 512 ? 2U : bytes >= 256 ? 1U : 0U;
    // A capability, which no reset of this bridge changes.
    space_.redefine32(Registers::device_capabilities, 7U, code);
}

pcie::ErrorMessage BridgeFunction::report(pcie::ErrorKind kind, const pcie::ErrorDetails& details) noexcept {
    return pcie::ErrorReporter(space_, error_registers).report(kind, details);
}

bool BridgeFunction::forward_error(pcie::ErrorMessage message) noexcept {
    return pcie::forward_error_message(space_, error_registers, message);
}

} // namespace rootpool::pooling
