#pragma once

#include <array>
#include <cstdint>

#include "rootpool/core/strong.h"
#include "rootpool/pcie/types.h"

namespace rootpool::pooling {

/// Number of a pooled device as the multi-root switch counts them; the number of the downstream port.
using DeviceIndex = core::Strong<struct DeviceIndexKind, std::uint8_t>;

inline constexpr unsigned bar_count = 6;
/// The most VFs that one engine is built for; the paper counts 128 to 1024 entries of 64 bits.
inline constexpr unsigned max_vfs = 1024;

/// What a sharing engine is told of its device's configuration space layout when it is set up. Everything that software
/// programs is not here: the engine learns it on the master's configuration path. The defaults are the Intel 82599's.
struct DeviceProfile {
    unsigned total_vfs = 64;             ///< entries of every table
    std::uint8_t physical_functions = 1; ///< functions 0 .. n-1 of the device; VFs of function 0 are pooled
    std::uint16_t vendor_id = 0x8086;    ///< emulated in VFs, whose own register reads FFFFh (SR-IOV 3.4.1.1)
    std::uint16_t vf_device_id = 0x10ED;
    std::uint16_t pf_pcie_capability = 0xA0;
    std::uint16_t sriov_capability = 0x160;   ///< in the PF
    std::uint16_t vf_pcie_capability = 0xA0;  ///< in each VF
    std::uint16_t vf_ari_capability = 0x150;  ///< 0 = none
    std::uint16_t vf_ari_predecessor = 0x100; ///< the extended capability whose next pointer leads to ARI
    std::uint16_t vf_ari_successor = 0;       ///< where ARI's own next pointer leads
    std::uint8_t vf_msix_bar = 3;             ///< table BIR of each VF's MSI-X capability: the BAR that holds the table
    std::uint16_t vf_msix_vectors = 3;        ///< table size
    std::uint32_t vf_msix_table_offset = 0;   ///< in that BAR
};

} // namespace rootpool::pooling
