#include "models/pcie/dma_probe_function.h"

#include <algorithm>

#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {

namespace {

constexpr std::uint16_t power_offset = 0x40;
constexpr std::uint16_t express_offset = 0x60;
constexpr std::uint16_t error_reporting_offset = 0x100;

constexpr std::uint32_t memory_controller = 0x05'80'00; // class code "other memory controller"
constexpr std::uint32_t role_based_error_reporting = 0x8000;
constexpr std::uint32_t payload_512 = 2; // encoded as log2(bytes / 128)

/// Field of Device Control that means 128 << field bytes. Encodings above 4096 bytes are reserved.
[[nodiscard]] constexpr unsigned size_field(std::uint16_t control, unsigned shift) noexcept {
    constexpr unsigned largest = 5;
    return 128U << std::min(control >> shift & 7U, largest);
}

} // namespace

DmaProbeFunction::DmaProbeFunction(const pcie::LinkParameters& link) {
    const std::uint32_t rate_and_width = pcie::link_rate_and_width(static_cast<unsigned>(link.generation), link.width);
    pcie::ConfigSpaceBuilder(space_)
        .type_0_header({.vendor = vendor,
                        .device = device,
                        .class_code = memory_controller,
                        .subsystem_vendor = vendor,
                        .subsystem = device})
        .power_management(power_offset, {})
        .express(express_offset,
                 {.device_capabilities =
                      role_based_error_reporting | pcie::registers::device_capabilities_extended_tag | payload_512,
                  .link_capabilities = rate_and_width,
                  .link_status = static_cast<std::uint16_t>(rate_and_width),
                  .link_control_2 = static_cast<std::uint16_t>(link.generation)})
        .advanced_error_reporting(error_reporting_offset, {});
}

pcie::TlpHeader DmaProbeFunction::serve(const pcie::Tlp& request, std::uint32_t& data) {
    const pcie::TlpHeader& header = request.header;
    const bool write = header.kind == pcie::TlpKind::config_write_0;
    const bool mine = (write || header.kind == pcie::TlpKind::config_read_0) && header.target.devfn() == 0;
    if (!mine || header.poisoned) {
        return pcie::completion(header, id_, pcie::CompletionStatus::unsupported_request);
    }
    if (write) {
        id_ = header.target;
        space_.write(header.config_register, core::load_le<std::uint32_t>(request.payload.bytes().data()),
                     header.first_be);
        errors().follow_write();
        return pcie::completion(header, id_);
    }
    data = space_.read(header.config_register);
    return pcie::completion_with_data(header, id_);
}

pcie::ErrorReporter DmaProbeFunction::errors() noexcept {
    return {space_, {.express = express_offset, .aer = error_reporting_offset}};
}

std::uint16_t DmaProbeFunction::device_control() const noexcept {
    return space_.get16(express_offset + pcie::registers::device_control);
}

bool DmaProbeFunction::bus_master_enabled() const noexcept {
    return (space_.get16(pcie::registers::command) & pcie::registers::command_bus_master) != 0;
}

unsigned DmaProbeFunction::max_payload() const noexcept {
    return size_field(device_control(), pcie::registers::device_control_payload_shift);
}

unsigned DmaProbeFunction::max_read_request() const noexcept {
    return size_field(device_control(), pcie::registers::device_control_read_request_shift);
}

unsigned DmaProbeFunction::tags() const noexcept {
    return (device_control() & pcie::registers::device_control_extended_tag) != 0 ? 256 : 32;
}

void DmaProbeFunction::reset() noexcept {
    space_.hot_reset();
    id_ = {};
}

void DmaProbeFunction::set_transactions_pending(bool pending) noexcept {
    constexpr std::uint16_t at = express_offset + pcie::registers::device_status;
    constexpr std::uint16_t bit = pcie::registers::device_status_transactions_pending;
    const unsigned others = space_.get16(at) & ~unsigned{bit};
    space_.set16(at, static_cast<std::uint16_t>(others | (pending ? bit : 0U)));
}

} // namespace rootpool::models
