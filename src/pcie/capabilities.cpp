#include "rootpool/pcie/capabilities.h"

#include <bit>
#include <stdexcept>

#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/error_kinds.h"

namespace rootpool::pcie {

namespace {

namespace r = registers;

constexpr std::uint16_t conventional_end = 0x100;

/// Capability identifiers: PCI Code and ID Assignment Specification.
enum CapabilityId : std::uint8_t { id_power = 0x01, id_vpd = 0x03, id_msi = 0x05, id_subsystem = 0x0D, id_msix = 0x11 };
enum ExtendedId : std::uint16_t { id_aer = 0x01, id_serial = 0x03, id_acs = 0x0D, id_ari = 0x0E, id_sriov = 0x10 };

constexpr std::uint32_t all_bits = 0xFFFF'FFFF;
constexpr std::uint32_t uncorrectable_bits = 0x00BF'F030; ///< bits 4, 5, 12 to 21, 23
constexpr std::uint32_t uncorrectable_internal = 1U << 22U;
constexpr std::uint32_t correctable_bits = 0x0000'31C1; ///< bits 0, 6, 7, 8, 12, 13
constexpr std::uint32_t corrected_internal_and_overflow = 0xC000;

} // namespace

void ConfigSpaceBuilder::header(const Identity& identity, std::uint8_t type) {
    space_.define16(r::vendor_id, identity.vendor);
    space_.define16(r::device_id, identity.device);
    space_.define16(r::command, 0,
                    r::command_io_enable | r::command_memory_enable | r::command_bus_master | r::command_parity |
                        r::command_serr | r::command_interrupt_disable);
    space_.define16(r::status, 0, 0, r::status_errors);
    space_.define32(r::class_revision, identity.class_code << 8U | identity.revision);
    space_.define8(r::cache_line_size, 0, 0xFF);
    space_.define8(r::header_type, type | (identity.multi_function ? r::header_multi_function : 0));
    space_.define8(r::interrupt_line, 0, 0xFF);
    space_.define8(r::interrupt_pin, identity.interrupt_pin);
}

ConfigSpaceBuilder& ConfigSpaceBuilder::type_0_header(const Identity& identity) {
    header(identity, 0);
    space_.define16(r::subsystem, identity.subsystem_vendor);
    space_.define16(r::subsystem + 2, identity.subsystem);
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::type_1_header(const Identity& identity) {
    header(identity, 1);
    space_.define32(r::primary_bus, 0, 0x00FF'FFFF);
    space_.define16(r::secondary_status, 0, 0, r::status_errors);
    // Windows are closed after reset: base above limit. The one for I/O decodes 16 bits, as PCIe switches and root
    // ports have it (PCI-to-PCI bridge architecture 3.2.5.6).
    space_.define16(r::io_base, 0x00F0, 0xF0F0);
    space_.define32(r::memory_base, 0x0000'FFF0, 0xFFF0'FFF0);
    space_.define32(r::prefetchable_base, 0x0001'FFF1, 0xFFF0'FFF0);
    space_.define32(r::prefetchable_base_upper, 0, 0xFFFF'FFFF);
    space_.define32(r::prefetchable_limit_upper, 0, 0xFFFF'FFFF);
    space_.define16(r::bridge_control, 0, 0x0043); // parity, SERR#, secondary bus reset
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::bar(const Bar& bar) {
    const bool type_1 = (space_.get8(r::header_type) & 0x7FU) == 1;
    if (bar.index + (bar.bits_64 ? 1U : 0U) >= (type_1 ? 2U : 6U)) {
        throw std::invalid_argument("this header has no such base address register");
    }
    define_bar(static_cast<std::uint16_t>(r::bar0 + 4 * bar.index), bar);
    return *this;
}

void ConfigSpaceBuilder::define_bar(std::uint16_t offset, const Bar& bar) {
    if (!std::has_single_bit(bar.bytes) || bar.bytes < 16 || (!bar.bits_64 && bar.bytes > 0x8000'0000U)) {
        throw std::invalid_argument("the size of a base address register is not a power of two that it can hold");
    }
    const std::uint64_t mask = ~(bar.bytes - 1);
    const std::uint32_t type = bar.io ? 1U : (bar.bits_64 ? 4U : 0U) | (bar.prefetchable ? 8U : 0U);
    space_.define32(offset, type, static_cast<std::uint32_t>(mask));
    if (bar.bits_64) {
        space_.define32(static_cast<std::uint16_t>(offset + 4), 0, static_cast<std::uint32_t>(mask >> 32U));
    }
}

void ConfigSpaceBuilder::reserve(std::uint16_t offset, std::uint16_t bytes, std::uint16_t from, std::uint16_t to) {
    const auto end = static_cast<std::uint16_t>(offset + bytes);
    if (offset % 4 != 0 || offset < from || end > to || end < offset) {
        throw std::invalid_argument("a capability lies outside its part of configuration space");
    }
    for (const Region& region : taken_) {
        if (offset < region.end && region.offset < end) {
            throw std::invalid_argument("two capabilities overlap");
        }
    }
    taken_.push_back({offset, end});
}

void ConfigSpaceBuilder::link(std::uint16_t offset, std::uint16_t bytes, std::uint8_t id) {
    reserve(offset, bytes, 0x40, conventional_end);
    space_.define8(offset, id);
    space_.define8(static_cast<std::uint16_t>(last_capability_ == 0 ? r::capabilities_pointer : last_capability_ + 1),
                   static_cast<std::uint8_t>(offset));
    space_.define16(r::status, r::status_capability_list, 0, r::status_errors);
    last_capability_ = offset;
}

void ConfigSpaceBuilder::link_extended(std::uint16_t offset, std::uint16_t bytes, std::uint16_t id,
                                       std::uint8_t version) {
    reserve(offset, bytes, conventional_end, ConfigSpace::size);
    if (last_extended_ == 0 && offset != conventional_end) {
        throw std::invalid_argument("the first extended capability must be at 100h (PCIe base 7.6.1)");
    }
    space_.define32(offset, id | static_cast<std::uint32_t>(version) << 16U);
    if (last_extended_ != 0) {
        space_.define16(
            static_cast<std::uint16_t>(last_extended_ + 2),
            static_cast<std::uint16_t>(space_.get16(static_cast<std::uint16_t>(last_extended_ + 2)) | offset << 4U));
    }
    last_extended_ = offset;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::power_management(std::uint16_t offset, const PowerManagement& power) {
    constexpr std::uint16_t pme_support = 0xF800;
    constexpr std::uint32_t power_state = 0x3; // D0 and D3hot: D1 and D2 are discarded
    const auto control = static_cast<std::uint16_t>(offset + 4);
    const bool pme = (power.capabilities & pme_support) != 0;
    link(offset, 8, id_power);
    space_.define16(static_cast<std::uint16_t>(offset + 2), power.capabilities);
    space_.define16(control, power.control, pme ? 0x0103 : 0x0003, pme ? 0x8000 : 0);
    space_.all_or_none(control, power_state);
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::msi(std::uint16_t offset, bool maskable) {
    const auto at = [offset](unsigned plus) { return static_cast<std::uint16_t>(offset + plus); };
    link(offset, maskable ? 0x18 : 0x0E, id_msi);
    space_.define16(at(2), maskable ? 0x0180 : 0x0080, 0x0001);
    space_.define32(at(4), 0, 0xFFFF'FFFC);
    space_.define32(at(8), 0, 0xFFFF'FFFF);
    space_.define16(at(12), 0, 0xFFFF);
    if (maskable) {
        space_.define32(at(16), 0, 1);
        space_.define32(at(20), 0);
    }
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::msix(std::uint16_t offset, const Msix& msix) {
    if (msix.vectors == 0 || msix.vectors > 2048 || msix.table_bar > 5 || msix.pending_bar > 5 ||
        (msix.table_offset | msix.pending_offset) % 8 != 0) {
        throw std::invalid_argument("MSI-X has 1 to 2048 vectors, in BAR 0 to 5, at multiples of 8 (PCIe base 7.7.2)");
    }
    link(offset, 12, id_msix);
    space_.define16(static_cast<std::uint16_t>(offset + 2), static_cast<std::uint16_t>((msix.vectors - 1) & 0x7FFU),
                    0xC000);
    space_.define32(static_cast<std::uint16_t>(offset + 4), msix.table_offset | msix.table_bar);
    space_.define32(static_cast<std::uint16_t>(offset + 8), msix.pending_offset | msix.pending_bar);
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::vital_product_data(std::uint16_t offset) {
    link(offset, 8, id_vpd);
    space_.define16(static_cast<std::uint16_t>(offset + 2), 0, 0xFFFF);
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::bridge_subsystem(std::uint16_t offset, std::uint16_t vendor,
                                                         std::uint16_t subsystem) {
    link(offset, 8, id_subsystem);
    space_.define16(static_cast<std::uint16_t>(offset + 4), vendor);
    space_.define16(static_cast<std::uint16_t>(offset + 6), subsystem);
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::advanced_error_reporting(std::uint16_t offset,
                                                                 const AdvancedErrorReporting& aer) {
    const auto at = [offset](unsigned plus) { return static_cast<std::uint16_t>(offset + plus); };
    link_extended(offset, aer.root ? 0x38 : 0x2C, id_aer, 1);
    // Internal errors and advisory ones are masked after reset (PCIe base 7.8.4.3, 7.8.4.6).
    const std::uint32_t internal = aer.internal ? uncorrectable_internal : 0;
    const std::uint32_t corrected = aer.internal ? corrected_internal_and_overflow : 0;
    space_.define32(at(r::aer_uncorrectable_status), 0, 0, uncorrectable_bits | internal);
    space_.define32(at(r::aer_uncorrectable_mask), internal, uncorrectable_bits | internal);
    space_.define32(at(r::aer_uncorrectable_severity), aer.severity & (uncorrectable_bits | internal),
                    uncorrectable_bits | internal);
    space_.define32(at(r::aer_correctable_status), 0, 0, correctable_bits | corrected);
    space_.define32(at(r::aer_correctable_mask), advisory_non_fatal_bit | corrected, correctable_bits | corrected);
    space_.define32(at(r::aer_control),
                    aer.ecrc ? r::aer_ecrc_generation_capable | r::aer_ecrc_check_capable : std::uint32_t{0},
                    aer.ecrc ? r::aer_ecrc_generation_enable | r::aer_ecrc_check_enable : std::uint32_t{0});
    if (aer.root) {
        space_.define32(at(r::aer_root_command), 0, 0x7); // not sticky
        space_.define32(at(r::aer_root_status), 0, 0, 0x7F);
        space_.sticky(at(r::aer_root_status), 0x7F);
        space_.sticky(at(r::aer_source_id), all_bits);
    }
    for (std::uint16_t offset_in = r::aer_uncorrectable_status; offset_in < r::aer_root_command; offset_in += 4) {
        space_.sticky(at(offset_in), all_bits); // up to and with the Header Log
    }
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::serial_number(std::uint16_t offset, std::uint64_t number) {
    link_extended(offset, 12, id_serial, 1);
    space_.define32(static_cast<std::uint16_t>(offset + 4), static_cast<std::uint32_t>(number));
    space_.define32(static_cast<std::uint16_t>(offset + 8), static_cast<std::uint32_t>(number >> 32U));
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::alternative_routing_id(std::uint16_t offset, std::uint8_t next_function) {
    link_extended(offset, 8, id_ari, 1);
    space_.define16(static_cast<std::uint16_t>(offset + 4), static_cast<std::uint16_t>(next_function << 8U));
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::single_root_iov(std::uint16_t offset, const SingleRootIov& sriov) {
    const auto at = [offset](unsigned plus) { return static_cast<std::uint16_t>(offset + plus); };
    link_extended(offset, 0x40, id_sriov, 1);
    space_.define16(at(r::sriov_control), 0, sriov.ari_control_writable ? 0x0019 : 0x0009);
    space_.define16(at(0x0C), sriov.total_vfs); // InitialVFs
    space_.define16(at(0x0E), sriov.total_vfs);
    space_.define16(at(r::sriov_num_vfs), 0, 0xFFFF);
    space_.define8(at(0x12), sriov.dependency_link);
    space_.define16(at(r::sriov_first_vf_offset), sriov.first_vf_offset);
    space_.define16(at(r::sriov_vf_stride), sriov.vf_stride);
    space_.define16(at(0x1A), sriov.vf_device);
    space_.define32(at(0x1C), sriov.supported_page_sizes);
    space_.define32(at(r::sriov_system_page_size), 1, sriov.supported_page_sizes);
    for (const Bar& bar : sriov.vf_bars) {
        if (bar.index + (bar.bits_64 ? 1U : 0U) >= 6) {
            throw std::invalid_argument("SR-IOV has no such VF base address register");
        }
        define_bar(at(r::sriov_vf_bar0 + 4 * bar.index), bar);
    }
    return *this;
}

ConfigSpaceBuilder& ConfigSpaceBuilder::access_control(std::uint16_t offset, std::uint16_t supported) {
    link_extended(offset, 8, id_acs, 1);
    space_.define16(static_cast<std::uint16_t>(offset + 4), supported & 0x7F);
    space_.define16(static_cast<std::uint16_t>(offset + 6), 0, supported & 0x7F);
    return *this;
}

} // namespace rootpool::pcie
