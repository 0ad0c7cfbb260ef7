#pragma once

#include <cstdint>

/// Offsets and bits of configuration space (PCIe base 7.5 to 7.8, SR-IOV chapter 9.3). Hardware side; an operating
/// system model keeps its own.
namespace rootpool::pcie::registers {

// type 0 and type 1 header, PCIe base 7.5.1
inline constexpr std::uint16_t vendor_id = 0x00;
inline constexpr std::uint16_t device_id = 0x02;
inline constexpr std::uint16_t command = 0x04;
inline constexpr std::uint16_t status = 0x06;
inline constexpr std::uint16_t class_revision = 0x08;
inline constexpr std::uint16_t cache_line_size = 0x0C;
inline constexpr std::uint16_t header_type = 0x0E;
inline constexpr std::uint16_t bar0 = 0x10;
inline constexpr std::uint16_t subsystem = 0x2C;
inline constexpr std::uint16_t capabilities_pointer = 0x34;
inline constexpr std::uint16_t interrupt_line = 0x3C;
inline constexpr std::uint16_t interrupt_pin = 0x3D;

inline constexpr std::uint16_t primary_bus = 0x18;
inline constexpr std::uint16_t secondary_bus = 0x19;
inline constexpr std::uint16_t subordinate_bus = 0x1A;
inline constexpr std::uint16_t io_base = 0x1C;
inline constexpr std::uint16_t secondary_status = 0x1E;
inline constexpr std::uint16_t memory_base = 0x20;
inline constexpr std::uint16_t memory_limit = 0x22;
inline constexpr std::uint16_t prefetchable_base = 0x24;
inline constexpr std::uint16_t prefetchable_limit = 0x26;
inline constexpr std::uint16_t prefetchable_base_upper = 0x28;
inline constexpr std::uint16_t prefetchable_limit_upper = 0x2C;
inline constexpr std::uint16_t bridge_control = 0x3E;

inline constexpr std::uint16_t command_io_enable = 1U << 0U;
inline constexpr std::uint16_t command_memory_enable = 1U << 1U;
inline constexpr std::uint16_t command_bus_master = 1U << 2U;
inline constexpr std::uint16_t command_parity = 1U << 6U;
inline constexpr std::uint16_t command_serr = 1U << 8U;
inline constexpr std::uint16_t command_interrupt_disable = 1U << 10U;
inline constexpr std::uint16_t status_capability_list = 1U << 4U;
inline constexpr std::uint16_t status_errors = 0xF900; ///< all write-1-to-clear bits
inline constexpr std::uint8_t header_multi_function = 0x80;

// PCI Express capability, PCIe base 7.5.3; offsets inside it
inline constexpr std::uint16_t device_capabilities = 0x04;
inline constexpr std::uint16_t device_control = 0x08;
inline constexpr std::uint16_t device_status = 0x0A;
inline constexpr std::uint16_t link_capabilities = 0x0C;
inline constexpr std::uint16_t link_control = 0x10;
inline constexpr std::uint16_t link_status = 0x12;
inline constexpr std::uint16_t slot_capabilities = 0x14;
inline constexpr std::uint16_t slot_control = 0x18;
inline constexpr std::uint16_t slot_status = 0x1A;
inline constexpr std::uint16_t root_control = 0x1C;
inline constexpr std::uint16_t root_status = 0x20;
inline constexpr std::uint16_t device_capabilities_2 = 0x24;
inline constexpr std::uint16_t device_control_2 = 0x28;
inline constexpr std::uint16_t link_capabilities_2 = 0x2C;
inline constexpr std::uint16_t link_control_2 = 0x30;

inline constexpr unsigned device_control_payload_shift = 5;
inline constexpr unsigned device_control_read_request_shift = 12;
inline constexpr std::uint16_t device_control_flr = 1U << 15U;
inline constexpr std::uint16_t device_control_2_ari = 1U << 5U;

// SR-IOV capability, offsets inside it
inline constexpr std::uint16_t sriov_control = 0x08;
inline constexpr std::uint16_t sriov_num_vfs = 0x10;
inline constexpr std::uint16_t sriov_first_vf_offset = 0x14;
inline constexpr std::uint16_t sriov_vf_stride = 0x16;
inline constexpr std::uint16_t sriov_system_page_size = 0x20;
inline constexpr std::uint16_t sriov_vf_bar0 = 0x24;

} // namespace rootpool::pcie::registers
