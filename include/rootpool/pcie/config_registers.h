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
inline constexpr std::uint16_t status_master_data_parity_error = 1U << 8U;
inline constexpr std::uint16_t status_signaled_target_abort = 1U << 11U;
inline constexpr std::uint16_t status_received_target_abort = 1U << 12U;
inline constexpr std::uint16_t status_received_master_abort = 1U << 13U;
inline constexpr std::uint16_t status_system_error = 1U << 14U; ///< signaled; in Secondary Status received
inline constexpr std::uint16_t status_detected_parity_error = 1U << 15U;
inline constexpr std::uint16_t bridge_control_parity = 1U << 0U;
inline constexpr std::uint16_t bridge_control_secondary_reset = 1U << 6U;
inline constexpr std::uint16_t bridge_control_serr = 1U << 1U;
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

inline constexpr std::uint32_t device_capabilities_extended_tag = 1U << 5U;
inline constexpr unsigned device_control_payload_shift = 5;
inline constexpr std::uint16_t device_control_extended_tag = 1U << 8U;
inline constexpr unsigned device_control_read_request_shift = 12;
inline constexpr std::uint16_t device_control_flr = 1U << 15U;
inline constexpr std::uint16_t device_control_correctable = 1U << 0U; ///< reporting enables
inline constexpr std::uint16_t device_control_non_fatal = 1U << 1U;
inline constexpr std::uint16_t device_control_fatal = 1U << 2U;
inline constexpr std::uint16_t device_control_unsupported_request = 1U << 3U;
inline constexpr std::uint16_t device_status_correctable = 1U << 0U; ///< detected
inline constexpr std::uint16_t device_status_non_fatal = 1U << 1U;
inline constexpr std::uint16_t device_status_fatal = 1U << 2U;
inline constexpr std::uint16_t device_status_unsupported_request = 1U << 3U;
inline constexpr std::uint16_t device_status_transactions_pending = 1U << 5U;
inline constexpr std::uint32_t link_capabilities_surprise_down = 1U << 19U;      ///< error reporting capable
inline constexpr std::uint32_t link_capabilities_active_reporting = 1U << 20U;   ///< Data Link Layer Link Active
inline constexpr std::uint16_t link_control_read_completion_boundary = 1U << 3U; ///< 128 bytes
inline constexpr std::uint16_t link_control_disable = 1U << 4U;
inline constexpr std::uint16_t link_status_active = 1U << 13U;
inline constexpr std::uint16_t slot_status_link_changed = 1U << 8U;
inline constexpr std::uint16_t device_control_2_ari = 1U << 5U;

// Advanced Error Reporting, PCIe base 7.8.4; offsets inside it
inline constexpr std::uint16_t aer_uncorrectable_status = 0x04;
inline constexpr std::uint16_t aer_uncorrectable_mask = 0x08;
inline constexpr std::uint16_t aer_uncorrectable_severity = 0x0C;
inline constexpr std::uint16_t aer_correctable_status = 0x10;
inline constexpr std::uint16_t aer_correctable_mask = 0x14;
inline constexpr std::uint16_t aer_control = 0x18;
inline constexpr std::uint16_t aer_header_log = 0x1C;
inline constexpr std::uint16_t aer_header_log_dwords = 4;
inline constexpr std::uint16_t aer_root_command = 0x2C;
inline constexpr std::uint16_t aer_root_status = 0x30;
inline constexpr std::uint16_t aer_source_id = 0x34; ///< correctable; two bytes on, uncorrectable

inline constexpr std::uint32_t aer_first_error_pointer = 0x1F;
inline constexpr std::uint32_t aer_ecrc_generation_capable = 1U << 5U;
inline constexpr std::uint32_t aer_ecrc_generation_enable = 1U << 6U;
inline constexpr std::uint32_t aer_ecrc_check_capable = 1U << 7U;
inline constexpr std::uint32_t aer_ecrc_check_enable = 1U << 8U;
inline constexpr std::uint32_t aer_timeout_header_log_capable = 1U << 12U;

// SR-IOV capability, offsets inside it
inline constexpr std::uint16_t sriov_control = 0x08;
inline constexpr std::uint16_t sriov_num_vfs = 0x10;
inline constexpr std::uint16_t sriov_first_vf_offset = 0x14;
inline constexpr std::uint16_t sriov_vf_stride = 0x16;
inline constexpr std::uint16_t sriov_system_page_size = 0x20;
inline constexpr std::uint16_t sriov_vf_bar0 = 0x24;

} // namespace rootpool::pcie::registers
