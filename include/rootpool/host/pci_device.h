#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rootpool/host/pci_resource.h"
#include "rootpool/pcie/types.h"

namespace rootpool::host {

/// Device/Port Type of the PCI Express capabilities register (PCIe base 7.5.3.2).
enum class PciePortType : std::uint8_t {
    endpoint = 0,
    legacy_endpoint = 1,
    root_port = 4,
    upstream_port = 5,
    downstream_port = 6,
    unknown = 15, ///< no PCI Express capability (erratum 35 of the 82599: a VF)
};

/// Offsets of the capabilities that the operating system uses; 0 = the function does not have it.
struct PciCapabilityOffsets {
    std::uint16_t express = 0;
    std::uint16_t msi = 0;
    std::uint16_t msix = 0;
    std::uint16_t ari = 0;
    std::uint16_t sriov = 0;
};

/// What the kernel keeps of a physical function's SR-IOV capability.
struct SriovState {
    std::uint16_t total_vfs = 0;
    std::uint16_t initial_vfs = 0;
    std::uint16_t driver_max_vfs = 0; ///< limit that the driver set, at most total_vfs
    std::uint16_t num_vfs = 0;        ///< enabled now
    std::uint16_t first_vf_offset = 0;
    std::uint16_t vf_stride = 0;
    std::uint16_t vf_device_id = 0;
    std::uint8_t last_bus = 0; ///< highest bus number that a VF can have
    /// Space for total_vfs VFs; `size` is of all of them.
    std::array<PciResource, 6> bars{};
};

/// Windows and bus numbers of a bridge.
struct BridgeState {
    std::uint8_t secondary = 0;
    std::uint8_t subordinate = 0;
    bool is_hotplug = false;
    bool ari_forwarding = false;
    bool has_64bit_window = false;
    PciResource memory;                                  ///< 32-bit, not prefetchable
    PciResource prefetchable;                            ///< 64-bit
    std::array<std::uint64_t, 2> window_alignment{1, 1}; ///< of memory and prefetchable
};

/// One function that the operating system has found. A virtual function has `is_vf` and its PF as `physical_function`.
class PciDevice {
public:
    pcie::Bdf bdf;
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint32_t class_code = 0; ///< 24 bits
    std::uint8_t revision = 0;
    std::uint8_t header_type = 0; ///< 0 or 1, without the multi-function bit
    bool multi_function = false;
    bool is_vf = false;
    std::uint16_t vf_index = 0;
    PciePortType port_type = PciePortType::unknown;
    unsigned max_payload_supported = 128; ///< bytes
    PciCapabilityOffsets capability;
    std::array<PciResource, 6> bars{};
    BridgeState bridge; ///< header type 1 only
    SriovState sriov;   ///< counts when capability.sriov != 0

    /// Name of the bound driver, empty without one: the kernel log's prefix.
    std::string driver;

    PciDevice* parent = nullptr;                      ///< the bridge above; none on the root bus
    PciDevice* physical_function = nullptr;           ///< of a VF
    std::vector<std::unique_ptr<PciDevice>> children; ///< functions on the secondary bus, in order of discovery
    std::vector<std::unique_ptr<PciDevice>> virtual_functions; ///< of a PF, in VF order

    [[nodiscard]] bool is_bridge() const noexcept { return header_type == 1; }
    /// "0000:03:00.0"
    [[nodiscard]] std::string name() const;
};

} // namespace rootpool::host
