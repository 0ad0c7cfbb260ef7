#include "models/pcie/root_functions.h"

#include <algorithm>
#include <bit>

#include "rootpool/pcie/bridge_window.h"
#include "rootpool/pcie/capabilities.h"
#include "rootpool/pcie/config_registers.h"

namespace rootpool::models {

RootFunctions::RootFunctions(const RootComplexConfig& config) : max_payload_(config.max_payload) {
    define_host_bridge();
    define_root_port(config);
}

void RootFunctions::define_host_bridge() {
    pcie::ConfigSpaceBuilder(host_bridge_)
        .type_0_header({.vendor = 0x8086, .device = 0x0150, .class_code = 0x060000, .revision = 0x09}); // Ivy Bridge
}

void RootFunctions::define_root_port(const RootComplexConfig& config) {
    const auto generation = static_cast<unsigned>(config.link.parameters.generation);
    const std::uint32_t link = pcie::link_rate_and_width(generation, config.link.parameters.width);
    const auto payload_code = static_cast<std::uint32_t>(std::countr_zero(config.max_payload / 128U));
    const std::uint16_t boundary =
        config.read_completion_boundary == 128 ? pcie::registers::link_control_read_completion_boundary : 0;
    pcie::ConfigSpaceBuilder(root_port_)
        .type_1_header({.vendor = 0x8086, .device = 0x0151, .class_code = 0x060400, .revision = 0x09})
        .bridge_subsystem(0x88, 0x8086, 0x0151)
        .power_management(0x80, {})
        .msi(msi_offset, false)
        .express(express_offset, {.type = pcie::PortType::root_port,
                                  .slot_implemented = true,
                                  .device_capabilities = 0x8000 | payload_code,
                                  .link_capabilities = link | pcie::registers::link_capabilities_surprise_down |
                                                       pcie::registers::link_capabilities_active_reporting,
                                  .link_control = boundary,
                                  .link_status = static_cast<std::uint16_t>(link | pcie::registers::link_status_active),
                                  .slot_capabilities = 0x0008'0000U,
                                  .device_capabilities_2 = pcie::registers::device_control_2_ari,
                                  .link_control_2 = static_cast<std::uint16_t>(generation)})
        .advanced_error_reporting(aer_offset, {.root = true});
    root_port_.set16(express_offset + pcie::registers::slot_status, 0x0040); // a card is in the slot
}

pcie::ConfigSpace* RootFunctions::find(pcie::Bdf function) noexcept {
    if (function == host_bridge_id) {
        return &host_bridge_;
    }
    return function == root_port_id ? &root_port_ : nullptr;
}

std::optional<pcie::ConfigType> RootFunctions::behind_root_port(pcie::Bdf function) const noexcept {
    switch (pcie::config_route(root_port_, function)) {
    case pcie::ConfigRoute::claim_type0:
        return pcie::ConfigType::type_0;
    case pcie::ConfigRoute::forward_type1:
        return pcie::ConfigType::type_1;
    default:
        return std::nullopt;
    }
}

bool RootFunctions::window_contains(std::uint64_t address) const noexcept {
    return pcie::memory_space_enabled(root_port_) && pcie::BridgeWindows(root_port_).contains(address);
}

unsigned RootFunctions::payload_limit() const noexcept {
    const unsigned code = root_port_.get16(express_offset + pcie::registers::device_control) >>
                              pcie::registers::device_control_payload_shift &
                          7U;
    return std::min(128U << code, max_payload_);
}

bool RootFunctions::bus_master_enabled() const noexcept { return pcie::bus_master_enabled(root_port_); }

bool RootFunctions::holds_reset() const noexcept { return pcie::holds_secondary_reset(root_port_, express_offset); }

void RootFunctions::set_link(const pcie::LinkParameters& link) noexcept {
    pcie::set_link_status(root_port_, express_offset, link);
}

void RootFunctions::set_link_active(bool active) noexcept {
    constexpr std::uint16_t at = express_offset + pcie::registers::link_status;
    constexpr std::uint16_t slot = express_offset + pcie::registers::slot_status;
    const std::uint16_t status = root_port_.get16(at);
    if (((status & pcie::registers::link_status_active) != 0) != active) {
        root_port_.set16(at, status ^ pcie::registers::link_status_active);
        root_port_.set16(slot, root_port_.get16(slot) | pcie::registers::slot_status_link_changed);
    }
}

} // namespace rootpool::models
