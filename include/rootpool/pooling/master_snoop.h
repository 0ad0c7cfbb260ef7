#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "rootpool/pcie/types.h"
#include "rootpool/pooling/device_profile.h"

namespace rootpool::pooling {

/// A VF BAR as the SR-IOV capability of the PF describes it.
struct VfBar {
    std::uint64_t base = 0;
    std::uint64_t bytes = 0; ///< per VF; 0 until software has sized it
    std::uint8_t type = 0;   ///< low nibble of the register: 64-bit, prefetchable
    [[nodiscard]] bool is_64_bit() const noexcept { return (type & 6U) == 4U; }
};

/// What the sharing engine knows of its device from watching the master's configuration requests to it: writes as they
/// pass, reads as their completions return. Nothing is taken on trust: counts are bounded by the profile.
class MasterSnoop {
public:
    explicit MasterSnoop(const DeviceProfile& profile);

    /// A configuration write of the master to `target` passes. Returns whether what is known changed.
    bool on_write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    /// A configuration read of the master completed.
    bool on_read(pcie::Bdf target, std::uint16_t offset, std::uint32_t value);
    /// The device was reset as a whole: back to reset values, sizes included.
    void reset();

    [[nodiscard]] pcie::Bdf pf() const noexcept { return pf_; }
    [[nodiscard]] bool vf_enable() const noexcept { return (control_ & 1U) != 0; }
    [[nodiscard]] bool vf_memory_enable() const noexcept { return (control_ & 8U) != 0; }
    [[nodiscard]] std::uint16_t num_vfs() const noexcept { return num_vfs_; }
    [[nodiscard]] std::uint16_t first_vf_offset() const noexcept { return first_vf_offset_; }
    [[nodiscard]] std::uint16_t vf_stride() const noexcept { return vf_stride_; }
    [[nodiscard]] std::uint64_t system_page_bytes() const noexcept { return system_page_bytes_; }
    [[nodiscard]] const VfBar& vf_bar(unsigned bar) const noexcept { return bars_[bar]; }
    /// Bytes; 128 << n of the PF's Device Control.
    [[nodiscard]] unsigned max_payload() const noexcept { return 128U << (device_control_ >> 5U & 7U); }
    [[nodiscard]] std::uint16_t device_control() const noexcept { return device_control_; }
    [[nodiscard]] std::uint16_t vendor_id() const noexcept { return vendor_id_; }
    [[nodiscard]] std::uint16_t vf_device_id() const noexcept { return vf_device_id_; }

    /// The routing ID of a VF in the master's numbering: PF + offset + index * stride, 16-bit arithmetic
    /// (SR-IOV 2.1.2).
    [[nodiscard]] pcie::Bdf routing_id(pcie::VfIndex vf) const noexcept {
        return pcie::Bdf(static_cast<std::uint16_t>(pf_.routing_id() + first_vf_offset_ + vf.value() * vf_stride_));
    }
    /// The reverse, bounds-checked against NumVFs; nothing while VF Enable is clear.
    [[nodiscard]] std::optional<pcie::VfIndex> vf_of(pcie::Bdf function) const noexcept;
    /// Whether this is one of the device's physical functions.
    [[nodiscard]] bool is_physical(pcie::Bdf function) const noexcept {
        return function.bus() == pf_.bus() && function.devfn() < profile_.physical_functions;
    }

private:
    bool write_sriov(std::uint16_t offset, std::uint32_t value, std::uint32_t mask);
    bool read_sriov(std::uint16_t offset, std::uint32_t value);
    bool learn_bar_size(unsigned bar, std::uint32_t value);

    DeviceProfile profile_;
    pcie::Bdf pf_;
    std::uint16_t control_ = 0;
    std::uint16_t num_vfs_ = 0;
    std::uint16_t first_vf_offset_ = 0;
    std::uint16_t vf_stride_ = 0;
    std::uint16_t device_control_ =
        0x2810; // reset value of PCI Express devices: RO, no snoop, MRRS 512 (PCIe base 7.5.3.4)
    std::uint16_t vendor_id_;
    std::uint16_t vf_device_id_;
    std::uint64_t system_page_bytes_ = 4096;
    std::array<std::uint32_t, bar_count> bar_written_{}; ///< last dword written to each VF BAR register
    std::array<VfBar, bar_count> bars_{};
};

} // namespace rootpool::pooling
