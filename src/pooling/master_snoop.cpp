#include "rootpool/pooling/master_snoop.h"

#include <algorithm>

namespace rootpool::pooling {
namespace {

// Offsets inside the SR-IOV extended capability (SR-IOV 3.3).
constexpr std::uint16_t sriov_control = 0x08;
constexpr std::uint16_t sriov_num_vfs = 0x10;
constexpr std::uint16_t sriov_offset_stride = 0x14;
constexpr std::uint16_t sriov_vf_device_id = 0x18;
constexpr std::uint16_t sriov_system_page_size = 0x20;
constexpr std::uint16_t sriov_bar0 = 0x24;
constexpr std::uint16_t sriov_end = 0x3C;

constexpr std::uint16_t device_control_offset = 0x08;
constexpr std::uint16_t initiate_flr = 0x8000;

constexpr std::uint32_t byte_mask(std::uint8_t byte_enables) noexcept {
    std::uint32_t mask = 0;
    for (unsigned byte = 0; byte < 4; ++byte) {
        mask |= (byte_enables >> byte & 1U) != 0 ? 0xFFU << byte * 8U : 0U;
    }
    return mask;
}

constexpr std::uint32_t merge(std::uint32_t before, std::uint32_t value, std::uint32_t mask) noexcept {
    return (before & ~mask) | (value & mask);
}

template <typename T>
bool update(T& known, T value) noexcept {
    const bool changed = known != value;
    known = value;
    return changed;
}

} // namespace

MasterSnoop::MasterSnoop(const DeviceProfile& profile)
    : profile_(profile), vendor_id_(profile.vendor_id), vf_device_id_(profile.vf_device_id) {}

void MasterSnoop::reset() {
    const pcie::Bdf pf = pf_; // until the master numbers it again
    *this = MasterSnoop(profile_);
    pf_ = pf;
}

bool MasterSnoop::on_write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables) {
    if (target.devfn() != 0) {
        return false; // every function captures its own bus number, and VFs follow function 0
    }
    bool changed = update(pf_, target);
    const std::uint32_t mask = byte_mask(byte_enables);
    if (offset == profile_.pf_pcie_capability + device_control_offset) {
        const auto control = static_cast<std::uint16_t>(merge(device_control_, value, mask));
        changed |= update(device_control_, static_cast<std::uint16_t>(control & ~initiate_flr));
        if ((control & initiate_flr) != 0) { // clears VF Enable, so that the VFs vanish (SR-IOV 2.2.3)
            control_ = 0;
            num_vfs_ = 0;
            changed = true;
        }
    } else if (offset >= profile_.sriov_capability && offset < profile_.sriov_capability + sriov_end) {
        changed |= write_sriov(static_cast<std::uint16_t>(offset - profile_.sriov_capability), value, mask);
    }
    return changed;
}

bool MasterSnoop::write_sriov(std::uint16_t offset, std::uint32_t value, std::uint32_t mask) {
    switch (offset) {
    case sriov_control:
        return update(control_, static_cast<std::uint16_t>(merge(control_, value, mask)));
    case sriov_num_vfs: {
        const std::uint32_t asked = merge(num_vfs_, value, mask) & 0xFFFFU;
        return update(num_vfs_, static_cast<std::uint16_t>(std::min<std::uint32_t>(asked, profile_.total_vfs)));
    }
    case sriov_system_page_size: {
        const std::uint32_t lowest = value & mask & (~(value & mask) + 1U);
        return lowest != 0 && update(system_page_bytes_, std::uint64_t{lowest} << 12U);
    }
    default:
        break;
    }
    if (offset < sriov_bar0) {
        return false;
    }
    const unsigned bar = (offset - sriov_bar0) / 4U;
    bar_written_[bar] = merge(bar_written_[bar], value, mask);
    const unsigned lower = bar > 0 && bars_[bar - 1].is_64_bit() ? bar - 1 : bar;
    std::uint64_t base = bar_written_[lower] & ~0xFU;
    if (bars_[lower].is_64_bit() && lower + 1 < bar_count) {
        base |= static_cast<std::uint64_t>(bar_written_[lower + 1]) << 32U;
    }
    if (bars_[lower].bytes != 0) {
        base &= ~(bars_[lower].bytes - 1); // read-only zeros
    }
    return update(bars_[lower].base, base);
}

bool MasterSnoop::on_read(pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
    if (target != pf_) {
        return false;
    }
    if (offset == 0 && (value & 0xFFFFU) != 0xFFFFU) {
        return update(vendor_id_, static_cast<std::uint16_t>(value));
    }
    if (offset == profile_.pf_pcie_capability + device_control_offset) {
        return update(device_control_, static_cast<std::uint16_t>(value));
    }
    if (offset >= profile_.sriov_capability && offset < profile_.sriov_capability + sriov_end) {
        return read_sriov(static_cast<std::uint16_t>(offset - profile_.sriov_capability), value);
    }
    return false;
}

bool MasterSnoop::read_sriov(std::uint16_t offset, std::uint32_t value) {
    switch (offset) {
    case sriov_control:
        return update(control_, static_cast<std::uint16_t>(value));
    case sriov_num_vfs:
        return update(num_vfs_, static_cast<std::uint16_t>(std::min(value & 0xFFFFU, profile_.total_vfs)));
    case sriov_offset_stride: {
        const bool offset_changed = update(first_vf_offset_, static_cast<std::uint16_t>(value));
        return update(vf_stride_, static_cast<std::uint16_t>(value >> 16U)) || offset_changed;
    }
    case sriov_vf_device_id:
        return update(vf_device_id_, static_cast<std::uint16_t>(value >> 16U));
    default:
        return offset >= sriov_bar0 && learn_bar_size((offset - sriov_bar0) / 4U, value);
    }
}

bool MasterSnoop::learn_bar_size(unsigned bar, std::uint32_t value) {
    const bool upper = bar > 0 && bars_[bar - 1].is_64_bit();
    if (upper || bar_written_[bar] != 0xFFFF'FFFFU) {
        return false; // only the answer to "all ones" says how large it is (PCI 3.0 6.2.5.1)
    }
    const std::uint32_t mask = value & ~0xFU;
    const std::uint32_t lowest = mask & (~mask + 1U);
    VfBar& known = bars_[bar];
    known.type = static_cast<std::uint8_t>(value & 0xFU);
    return update(known.bytes, std::uint64_t{lowest >= 4096 ? lowest : 0U});
}

std::optional<pcie::VfIndex> MasterSnoop::vf_of(pcie::Bdf function) const noexcept {
    if (!vf_enable()) {
        return std::nullopt;
    }
    const auto distance = static_cast<std::uint16_t>(function.routing_id() - pf_.routing_id() - first_vf_offset_);
    const unsigned stride = vf_stride_ == 0 ? 1 : vf_stride_; // unused with one VF
    if (distance % stride != 0 || distance / stride >= num_vfs_) {
        return std::nullopt;
    }
    return pcie::VfIndex(static_cast<std::uint16_t>(distance / stride));
}

} // namespace rootpool::pooling
