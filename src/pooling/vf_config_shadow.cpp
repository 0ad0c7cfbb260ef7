#include "rootpool/pooling/vf_config_shadow.h"

namespace rootpool::pooling {
namespace {

constexpr std::uint32_t whole = 0xFFFF'FFFFU;
constexpr std::uint16_t command_bits = 0x0402;          // memory space enable, interrupt disable
constexpr std::uint32_t interrupt_status = 0x0008'0000; // of the status register
constexpr std::uint32_t multi_function = 0x0080'0000;
constexpr std::uint32_t pf_owned_control = 0x70E0; // MRRS 14:12, MPS 7:5 of Device Control (SR-IOV 3.5.4)
constexpr std::uint32_t initiate_flr = 0x8000;
constexpr std::uint32_t next_capability = 0xFFF0'0000;
constexpr std::uint32_t ari_next_function = 0xFF00;

constexpr std::uint16_t command_offset = 0x04;
constexpr std::uint16_t header_type_offset = 0x0C;
constexpr std::uint16_t bar0_offset = 0x10;
constexpr std::uint16_t bars_end = 0x28;
constexpr std::uint16_t interrupt_offset = 0x3C;
constexpr std::uint16_t header_end = 0x40;

/// Which bits of the type 0 header the engine keeps, by dword.
constexpr std::array<std::uint32_t, 16> header_mask = {
    whole,                           // 00 vendor and device ID: FFFFh in a VF (SR-IOV 3.4.1.1)
    command_bits | interrupt_status, // 04 memory enable is hardwired 0 in a VF (SR-IOV 3.4.1.3)
    0,                               // 08 class and revision
    multi_function,                  // 0C
    whole,
    whole,
    whole,
    whole,
    whole,
    whole, // 10-24 BARs: RO zero in a VF (SR-IOV 3.4.1.11)
    0,     // 28
    0,     // 2C subsystem
    whole, // 30 expansion ROM: none
    0,
    0,     // 34, 38
    whole, // 3C no INTx (SR-IOV 3.4.1.18)
};

constexpr std::uint32_t byte_mask(std::uint8_t byte_enables) noexcept {
    std::uint32_t mask = 0;
    for (unsigned byte = 0; byte < 4; ++byte) {
        mask |= (byte_enables >> byte & 1U) != 0 ? 0xFFU << byte * 8U : 0U;
    }
    return mask;
}

} // namespace

void VfConfigShadow::reset() noexcept {
    command_ = 0;
    interrupt_line_ = 0;
    bars_ = {};
}

bool VfConfigShadow::is_upper_half(unsigned index) const noexcept {
    return index > 0 && snoop_->vf_bar(index - 1).is_64_bit();
}

std::uint32_t VfConfigShadow::bar_register(unsigned index) const noexcept {
    if (is_upper_half(index)) {
        const std::uint64_t bytes = snoop_->vf_bar(index - 1).bytes;
        return bytes == 0 ? 0 : bars_[index] & static_cast<std::uint32_t>(~(bytes - 1) >> 32U);
    }
    const VfBar& bar = snoop_->vf_bar(index);
    return bar.bytes == 0 ? 0 : (bars_[index] & static_cast<std::uint32_t>(~(bar.bytes - 1))) | bar.type;
}

std::uint64_t VfConfigShadow::bar_base(unsigned bar) const noexcept {
    std::uint64_t base = bar_register(bar) & ~0xFU;
    if (bar + 1 < bar_count && snoop_->vf_bar(bar).is_64_bit()) {
        base |= static_cast<std::uint64_t>(bar_register(bar + 1)) << 32U;
    }
    return base;
}

Overlay VfConfigShadow::overlay(std::uint16_t offset) const noexcept {
    if (offset < header_end) {
        const std::uint32_t mask = header_mask[offset / 4U];
        if (offset == 0) {
            return {mask, static_cast<std::uint32_t>(snoop_->vf_device_id()) << 16U | snoop_->vendor_id()};
        }
        if (offset == command_offset) {
            return {mask, command_};
        }
        if (offset == header_type_offset) {
            return {mask, multi_function};
        }
        if (offset >= bar0_offset && offset < bars_end) {
            return {mask, bar_register((offset - bar0_offset) / 4U)};
        }
        return {mask, offset == interrupt_offset ? interrupt_line_ : 0U};
    }
    if (offset == profile_->vf_pcie_capability + 8U) {
        return {pf_owned_control, snoop_->device_control()};
    }
    const std::uint16_t ari = profile_->vf_ari_capability;
    if (ari == 0) {
        return {};
    }
    if (ari_) {
        return offset == ari + 4U ? Overlay{ari_next_function, slot_.next_function * 0x100U} : Overlay{};
    }
    if (offset == profile_->vf_ari_predecessor) {
        return {next_capability, static_cast<std::uint32_t>(profile_->vf_ari_successor) << 20U};
    }
    return offset == ari || offset == ari + 4U ? Overlay{whole, 0} : Overlay{};
}

ShadowWrite VfConfigShadow::write(std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables) noexcept {
    const std::uint32_t written = byte_mask(byte_enables);
    const Overlay kept = overlay(offset);
    ShadowWrite result{!kept.answers_alone(), value & ~kept.mask};
    if (offset == command_offset) {
        const std::uint16_t before = command_;
        command_ = static_cast<std::uint16_t>(((command_ & ~written) | (value & written)) & command_bits);
        result.address_decode_changed = before != command_;
    } else if (offset >= bar0_offset && offset < bars_end) {
        std::uint32_t& bar = bars_[(offset - bar0_offset) / 4U];
        bar = (bar & ~written) | (value & written);
        result.address_decode_changed = true;
    } else if (offset == interrupt_offset && (written & 0xFFU) != 0) {
        interrupt_line_ = static_cast<std::uint8_t>(value);
    } else if (offset == profile_->vf_pcie_capability + 8U && (value & written & initiate_flr) != 0) {
        reset(); // function level reset: what software restores afterwards starts from 0 (PCIe base 6.6.2)
        result.address_decode_changed = true;
        result.function_reset = true;
    }
    return result;
}

} // namespace rootpool::pooling
