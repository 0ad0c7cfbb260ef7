#include "rootpool/pooling/bridge_function.h"

namespace rootpool::pooling {
namespace {

using Registers = BridgeRegisters;

constexpr std::uint16_t vendor_xilinx = 0x10EE; // the paper's figure 6
constexpr std::uint32_t management_bar_bytes = 4096;

constexpr std::uint16_t present_bit = 0x0040; // Slot Status, Presence Detect State
constexpr std::uint16_t presence_changed = 0x0008;
constexpr std::uint16_t command_completed = 0x0010;
constexpr std::uint16_t link_state_changed = 0x0100;
constexpr std::uint16_t link_active = 0x2000;         // Link Status, Data Link Layer Link Active
constexpr std::uint16_t unsupported_request = 0x0008; // Device Status

/// What differs between the three kinds of function.
struct Identity {
    std::uint16_t device_id;
    std::uint32_t class_revision;
    std::uint8_t header_type;        ///< bit 7: functions 0 and 1 share a device
    std::uint16_t pcie_capabilities; ///< capability version 2, device/port type, slot implemented
};

constexpr Identity identities[] = {
    {0x8086, 0x0880'0001, 0x80, 0x0002}, // endpoint; class "system peripheral"
    {0x8087, 0x0604'0001, 0x81, 0x0052}, // upstream port of a switch
    {0x8088, 0x0604'0001, 0x01, 0x0162}, // downstream port of a switch, slot implemented
};

void define_header(pcie::ConfigSpace& space, const Identity& identity) {
    space.define16(0x00, vendor_xilinx);
    space.define16(0x02, identity.device_id);
    space.define16(Registers::command, 0, 0x0546); // INTx disable, SERR#, parity, bus master, memory space
    space.define16(0x06, 0x0010, 0, 0xF900);       // capability list; error bits
    space.define32(0x08, identity.class_revision);
    space.define32(0x0C, static_cast<std::uint32_t>(identity.header_type) << 16U, 0xFF); // cache line size
    space.define8(0x34, 0x40);
    space.define8(0x3C, 0, 0xFF);
}

void define_endpoint(pcie::ConfigSpace& space) {
    space.define32(Registers::bar0, 0, ~(management_bar_bytes - 1));
    space.define32(0x2C, 0x8086'10EE);
}

/// Type 1 header (PCIe base 7.5.1.3): no I/O window, so its base and limit are read-only 0.
void define_bridge(pcie::ConfigSpace& space) {
    space.define32(Registers::bus_numbers, 0, 0x00FF'FFFF);
    space.define16(0x1E, 0, 0, 0xF900);
    space.define32(0x20, 0, 0xFFF0'FFF0);
    space.define32(0x24, 0x0001'0001, 0xFFF0'FFF0); // low nibble 1: 64-bit window
    space.define32(0x28, 0, 0xFFFF'FFFF);
    space.define32(0x2C, 0, 0xFFFF'FFFF);
    space.define16(Registers::bridge_control, 0, 0x0043);
}

void define_power_management_and_msi(pcie::ConfigSpace& space) {
    space.define32(0x40, 0x0003'0001U | Registers::msi << 8U);                         // power management version 3
    space.define16(0x44, 0x0008, 0x0003);                                              // no soft reset
    space.define32(Registers::msi, 0x0080'0005U | Registers::pcie << 8U, 0x0001'0000); // 64-bit address, one vector
    space.define32(Registers::msi + 4, 0, 0xFFFF'FFFC);
    space.define32(Registers::msi + 8, 0, 0xFFFF'FFFF);
    space.define16(Registers::msi + 12, 0, 0xFFFF);
}

/// PCI Express capability (PCIe base 7.5.3), last of the chain: Gen2 x8, payload up to 512 bytes.
void define_pcie(pcie::ConfigSpace& space, FunctionKind kind, std::uint16_t slot) {
    const bool downstream = kind == FunctionKind::downstream_bridge;
    space.define16(Registers::pcie, 0x0010);
    space.define16(Registers::pcie + 2, identities[static_cast<std::size_t>(kind)].pcie_capabilities);
    space.define32(Registers::device_capabilities, 0x0000'8002); // role-based errors, MPS 512
    space.define16(Registers::device_control, 0x2810, 0x7FFF);
    space.define16(Registers::device_control + 2, 0, 0, 0x000F);
    space.define32(Registers::pcie + 0x0C,
                   downstream ? 0x0010'0082U | static_cast<std::uint32_t>(slot) << 24U : 0x0000'0082U);
    space.define16(Registers::pcie + 0x10, 0, downstream ? 0x03F3 : 0x03C3);
    space.define16(Registers::link_status, 0x0082);
    if (downstream) {
        space.define32(Registers::pcie + 0x14, static_cast<std::uint32_t>(slot) << 19U | 0x5B); // ABP PCP AIP PIP HPC
        space.define16(Registers::slot_control, 0x03C0, 0x17FF);                                // both indicators off
        space.define16(Registers::slot_status, 0, 0, 0x011F);
    }
    space.define32(Registers::pcie + 0x24, downstream ? 0x20 : 0); // ARI forwarding supported
    space.define16(Registers::device_control_2, 0, downstream ? 0x0020 : 0);
    space.define32(Registers::pcie + 0x2C, 0x6); // 2.5 and 5 GT/s
    space.define16(Registers::pcie + 0x30, 0x0002, 0x000F);
}

/// Advanced error reporting (7.8.4) and, for downstream bridges, access control services (7.7.8).
void define_extended(pcie::ConfigSpace& space, bool downstream) {
    space.define32(Registers::aer,
                   0x0001'0001U | (downstream ? static_cast<std::uint32_t>(Registers::acs) << 20U : 0U));
    space.define32(Registers::aer + 0x04, 0, 0, 0x00FF'F030);
    space.define32(Registers::aer + 0x08, 0, 0x00FF'F030);
    space.define32(Registers::aer + 0x0C, 0x0046'2030, 0x00FF'F030);
    space.define32(Registers::aer + 0x10, 0, 0, 0x0000'F1C1);
    space.define32(Registers::aer + 0x14, 0x0000'2000, 0x0000'F1C1);
    if (downstream) {
        // Requests between devices of one root are refused, which is more than redirection promises: SV, RR, CR and UF
        // may be enabled.
        space.define16(Registers::acs, 0x000D);
        space.define16(Registers::acs + 2, 0x0001);
        space.define16(Registers::acs + 4, 0x001D);
        space.define16(Registers::acs + 6, 0, 0x001D);
    }
}

} // namespace

BridgeFunction::BridgeFunction(FunctionKind kind, std::uint16_t slot) : kind_(kind) {
    define_header(space_, identities[static_cast<std::size_t>(kind)]);
    if (kind == FunctionKind::management_endpoint) {
        define_endpoint(space_);
    } else {
        define_bridge(space_);
    }
    define_power_management_and_msi(space_);
    define_pcie(space_, kind, slot);
    define_extended(space_, kind == FunctionKind::downstream_bridge);
    reset();
}

void BridgeFunction::reset() {
    const bool was_present = present();
    space_.conventional_reset();
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
        memory_ = base == 0 ? Window{} : Window{base, base + management_bar_bytes - 1};
        return;
    }
    const auto window = [this](std::uint16_t offset, std::uint64_t base_upper, std::uint64_t limit_upper) {
        const std::uint64_t base = static_cast<std::uint64_t>(space_.get16(offset) & 0xFFF0U) << 16U;
        const std::uint64_t limit =
            static_cast<std::uint64_t>(space_.get16(static_cast<std::uint16_t>(offset + 2)) & 0xFFF0U) << 16U;
        return Window{base_upper << 32U | base, limit_upper << 32U | limit | 0xF'FFFFU};
    };
    memory_ = window(0x20, 0, 0);
    prefetchable_ = window(0x24, space_.get32(0x28), space_.get32(0x2C));
}

void BridgeFunction::set_presence(bool now_present) noexcept {
    if (now_present == present()) {
        return;
    }
    const auto status = static_cast<std::uint16_t>(space_.get16(Registers::slot_status) ^ present_bit);
    space_.set16(Registers::slot_status, status | presence_changed | link_state_changed);
    space_.set16(Registers::link_status, space_.get16(Registers::link_status) ^ link_active);
}

bool BridgeFunction::present() const noexcept {
    return kind_ == FunctionKind::downstream_bridge && (space_.get16(Registers::slot_status) & present_bit) != 0;
}

void BridgeFunction::set_max_payload(unsigned bytes) noexcept {
    const std::uint32_t code = bytes >= 512 ? 2U : bytes >= 256 ? 1U : 0U;
    space_.set32(Registers::device_capabilities, (space_.get32(Registers::device_capabilities) & ~7U) | code);
}

void BridgeFunction::note_unsupported_request() noexcept {
    constexpr std::uint16_t status = Registers::device_control + 2;
    space_.set16(status, space_.get16(status) | unsupported_request);
}

} // namespace rootpool::pooling
