#pragma once

#include <cstdint>

/// Offsets and bits of configuration space that the operating system's PCI code uses (PCIe base
/// r6.3 7.5.1, 7.5.3, 7.7, 7.8.7; SR-IOV: chapter 9). Kept apart from the device side on purpose: software and hardware
/// agree on the document, not on a header.
namespace rootpool::host::layout {

// type 0 and type 1 header
inline constexpr unsigned vendor_id = 0x00;
inline constexpr unsigned command = 0x04;
inline constexpr unsigned status = 0x06;
inline constexpr unsigned class_revision = 0x08;
inline constexpr unsigned header_type = 0x0E;
inline constexpr unsigned first_bar = 0x10;
inline constexpr unsigned primary_bus = 0x18;
inline constexpr unsigned secondary_bus = 0x19;
inline constexpr unsigned subordinate_bus = 0x1A;
inline constexpr unsigned io_base = 0x1C;
inline constexpr unsigned memory_base = 0x20;
inline constexpr unsigned prefetchable_base = 0x24;
inline constexpr unsigned prefetchable_base_upper = 0x28;
inline constexpr unsigned prefetchable_limit_upper = 0x2C;
inline constexpr unsigned capabilities_pointer = 0x34;

inline constexpr std::uint16_t command_memory = 1U << 1U;
inline constexpr std::uint16_t command_io = 1U << 0U;
inline constexpr std::uint16_t command_master = 1U << 2U;
inline constexpr std::uint16_t command_serr = 1U << 8U;
inline constexpr std::uint16_t command_intx_disable = 1U << 10U;
inline constexpr std::uint16_t status_capabilities = 1U << 4U;

inline constexpr std::uint32_t bar_io = 1U << 0U;
inline constexpr std::uint32_t bar_type_mask = 3U << 1U;
inline constexpr std::uint32_t bar_type_64 = 2U << 1U;
inline constexpr std::uint32_t bar_prefetchable = 1U << 3U;

// capability identifiers
inline constexpr std::uint8_t capability_msi = 0x05;
inline constexpr std::uint8_t capability_express = 0x10;
inline constexpr std::uint8_t capability_msix = 0x11;
inline constexpr std::uint16_t extended_ari = 0x000E;
inline constexpr std::uint16_t extended_sriov = 0x0010;

// PCI Express capability
inline constexpr unsigned express_flags = 0x02;
inline constexpr unsigned device_capabilities = 0x04;
inline constexpr unsigned device_control = 0x08;
inline constexpr unsigned slot_capabilities = 0x14;
inline constexpr unsigned device_capabilities_2 = 0x24;
inline constexpr unsigned device_control_2 = 0x28;
inline constexpr std::uint16_t express_version_mask = 0xF;
inline constexpr unsigned express_type_shift = 4;
inline constexpr std::uint16_t express_slot_implemented = 1U << 8U;
inline constexpr std::uint16_t device_control_mps_mask = 7U << 5U;
inline constexpr unsigned device_control_mps_shift = 5;
inline constexpr std::uint32_t slot_hotplug_capable = 1U << 6U;
inline constexpr std::uint32_t device_capabilities_2_ari = 1U << 5U;
inline constexpr std::uint16_t device_control_2_ari = 1U << 5U;

// MSI
inline constexpr unsigned msi_control = 0x02;
inline constexpr unsigned msi_address = 0x04;
inline constexpr std::uint16_t msi_control_enable = 1U << 0U;
inline constexpr std::uint16_t msi_control_multiple_enable = 7U << 4U;
inline constexpr std::uint16_t msi_control_64bit = 1U << 7U;

// MSI-X
inline constexpr unsigned msix_control = 0x02;
inline constexpr unsigned msix_table = 0x04;
inline constexpr std::uint16_t msix_control_size_mask = 0x7FF;
inline constexpr std::uint16_t msix_control_function_mask = 1U << 14U;
inline constexpr std::uint16_t msix_control_enable = 1U << 15U;
inline constexpr unsigned msix_entry_bytes = 16;
inline constexpr unsigned msix_entry_control = 12;

// ARI
inline constexpr unsigned ari_next_function = 0x05; ///< upper byte of the ARI capability register

// SR-IOV
inline constexpr unsigned sriov_control = 0x08;
inline constexpr unsigned sriov_initial_vfs = 0x0C;
inline constexpr unsigned sriov_total_vfs = 0x0E;
inline constexpr unsigned sriov_num_vfs = 0x10;
inline constexpr unsigned sriov_first_vf_offset = 0x14;
inline constexpr unsigned sriov_vf_stride = 0x16;
inline constexpr unsigned sriov_vf_device_id = 0x1A;
inline constexpr unsigned sriov_supported_pages = 0x1C;
inline constexpr unsigned sriov_system_page = 0x20;
inline constexpr unsigned sriov_first_bar = 0x24;
inline constexpr std::uint16_t sriov_control_vf_enable = 1U << 0U;
inline constexpr std::uint16_t sriov_control_vf_memory = 1U << 3U;
inline constexpr std::uint16_t sriov_control_ari = 1U << 4U;

} // namespace rootpool::host::layout
