#include "tests/reference/root_bridges.h"

namespace rootpool::reference {

namespace {

using Kind = Destination::Kind;

// Device and vendor ID of the paper's figure 6.
constexpr std::uint32_t management_identity = 0x8086'10EE;
constexpr std::uint32_t upstream_identity = 0x8087'10EE;
constexpr std::uint32_t downstream_identity = 0x8088'10EE;

Destination to_device(std::size_t device, bool becomes_type_0) {
    Destination to;
    to.kind = Kind::device;
    to.device = device;
    to.becomes_type_0 = becomes_type_0;
    return to;
}
Destination to_own_function(pcie::Bdf function, std::uint32_t identity) {
    Destination to;
    to.kind = Kind::own_function;
    to.function = function;
    to.identity = identity;
    return to;
}
Destination consumed() {
    Destination to;
    to.kind = Kind::consumed;
    return to;
}

} // namespace

Destination RootBridges::route(const pcie::TlpHeader& header) const {
    if (!carries_root(header)) {
        return {};
    }
    if (pcie::is_configuration(header.kind)) {
        return route_configuration(header);
    }
    if (pcie::is_completion(header.kind)) {
        return route_completion(header.requester.bus());
    }
    if (pcie::is_message(header.kind)) {
        return consumed();
    }
    const bool is_io = header.kind == pcie::TlpKind::io_read || header.kind == pcie::TlpKind::io_write;
    return is_io ? Destination{} : route_memory(header.address);
}

/// The spare bits of header byte 1 are those of a 10-bit tag and of LN.
bool RootBridges::carries_root(const pcie::TlpHeader& header) const noexcept {
    return tagging_ == TaggingKind::local_prefix || (header.tag.value() < 256 && !header.lightweight_notification);
}

Destination RootBridges::route_configuration(const pcie::TlpHeader& header) const {
    const pcie::Bdf target = header.target;
    if (header.kind == pcie::TlpKind::config_read_0 || header.kind == pcie::TlpKind::config_write_0) {
        if (target.devfn() == 0) {
            return to_own_function(tables_.management, management_identity);
        }
        return target.devfn() == 1 ? to_own_function(tables_.upstream.id, upstream_identity) : Destination{};
    }
    if (tables_.upstream.owns_bus(target.bus()) && target.bus() == tables_.upstream.secondary) {
        const bool exists = target.function() == 0 && target.device() < tables_.downstream.size();
        return exists ? to_own_function(tables_.downstream[target.device()].id, downstream_identity) : Destination{};
    }
    for (std::size_t device = 0; device < tables_.downstream.size(); ++device) {
        const BridgeTable& bridge = tables_.downstream[device];
        if (bridge.owns_bus(target.bus())) {
            // Below a downstream port that does not forward to ARI functions there is device 0 alone (PCIe base 7.3.1).
            const bool is_last_bus = target.bus() == bridge.secondary;
            const bool is_device_0 = !is_last_bus || target.device() == 0 || bridge.ari_forwarding;
            const bool exists = bridge.present && is_device_0;
            return exists ? to_device(device, is_last_bus) : Destination{};
        }
    }
    return {};
}

Destination RootBridges::route_memory(std::uint64_t address) const {
    for (std::size_t device = 0; device < tables_.downstream.size(); ++device) {
        const BridgeTable& bridge = tables_.downstream[device];
        if (tables_.upstream.decodes(address) && bridge.decodes(address) && bridge.present) {
            return to_device(device, false);
        }
    }
    return {};
}

Destination RootBridges::route_completion(std::uint8_t bus) const {
    for (std::size_t device = 0; device < tables_.downstream.size(); ++device) {
        if (tables_.downstream[device].owns_bus(bus)) {
            return to_device(device, false);
        }
    }
    return {};
}

Upward RootBridges::upward(const pcie::TlpHeader& header) const {
    if (is_held_) {
        return Upward::lost;
    }
    const bool goes =
        !pcie::is_address_routed(header.kind) || (is_enabled_ && !tables_.upstream.decodes(header.address));
    return goes ? Upward::goes : Upward::refused;
}

void RootBridges::reset(bool is_held) {
    is_held_ = is_held;
    is_enabled_ = false;
    tables_.management = {};
    tables_.upstream = {};
    for (BridgeTable& bridge : tables_.downstream) {
        const bool is_present = bridge.present;
        bridge = {};
        bridge.present = is_present;
    }
}

} // namespace rootpool::reference
