#include "rootpool/pooling/virtual_switch.h"

#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {
namespace {

using Kind = Route::Kind;

constexpr Route to_local(std::size_t function) noexcept {
    Route route;
    route.kind = Kind::local;
    route.function = function;
    return route;
}
constexpr Route to_device(DeviceIndex device, bool convert) noexcept {
    Route route;
    route.kind = Kind::device;
    route.device = device;
    route.convert_to_type_0 = convert;
    return route;
}
constexpr Route ended(Kind kind, RefusalCause cause) noexcept {
    Route route;
    route.kind = kind;
    route.cause = cause;
    return route;
}

/// Who answers a non-posted request with UR or CA leaves the judgement to the requester (PCIe base 6.2.3.2.4.1).
pcie::DetectorRole role_at(const pcie::TlpHeader& header) noexcept {
    return pcie::flow_class(header.kind) == pcie::FlowClass::non_posted ? pcie::DetectorRole::completer
                                                                        : pcie::DetectorRole::last;
}

} // namespace

VirtualSwitch::VirtualSwitch(pcie::RootId root, const PortSwitchingTable& ports, BridgeListener& listener,
                             pcie::TlpFactory& factory)
    : root_(root), devices_(ports.devices_of(root)), bridge_of_(ports.devices()), listener_(listener),
      factory_(factory) {
    functions_.emplace_back(FunctionKind::management_endpoint, std::uint16_t{0});
    functions_.emplace_back(FunctionKind::upstream_bridge, std::uint16_t{0});
    for (std::size_t bridge = 0; bridge < devices_.size(); ++bridge) {
        functions_.emplace_back(FunctionKind::downstream_bridge, static_cast<std::uint16_t>(bridge + 1));
        bridge_of_[devices_[bridge].index()] = static_cast<std::uint8_t>(bridge);
    }
    held_.resize(devices_.size());
}

Route VirtualSwitch::route(const pcie::TlpHeader& header) const noexcept {
    if (pcie::is_configuration(header.kind)) {
        return route_configuration(header);
    }
    if (pcie::is_completion(header.kind)) {
        return route_completion(header.requester);
    }
    if (pcie::is_message(header.kind)) {
        return ended(Kind::consume, RefusalCause::none); // a root's messages act on its virtual bridges only
    }
    if (header.kind == pcie::TlpKind::io_read || header.kind == pcie::TlpKind::io_write) {
        // whatever the windows: no function below claims I/O
        return ended(Kind::refuse, RefusalCause::unsupported_kind);
    }
    return route_memory(header.address);
}

Route VirtualSwitch::route_configuration(const pcie::TlpHeader& header) const noexcept {
    const Route absent = ended(Kind::probe, RefusalCause::none);
    const pcie::Bdf target = header.target;
    if (header.kind == pcie::TlpKind::config_read_0 || header.kind == pcie::TlpKind::config_write_0) {
        return target.devfn() <= upstream ? to_local(target.devfn()) : absent;
    }
    const BridgeFunction& above = functions_[upstream];
    if (!above.owns_bus(target.bus())) {
        return absent;
    }
    if (target.bus() == above.secondary()) {
        const bool exists = target.function() == 0 && target.device() < devices_.size();
        return exists ? to_local(first_downstream + target.device()) : absent;
    }
    for (std::size_t number = 0; number < devices_.size(); ++number) {
        const BridgeFunction& bridge = functions_[first_downstream + number];
        if (!bridge.owns_bus(target.bus())) {
            continue;
        }
        const bool below = target.bus() == bridge.secondary();
        const bool other_device = below && target.device() != 0 && !bridge.ari_forwarding(); // PCIe base 7.3.1
        return !bridge.present() || held_[number] || other_device ? absent : to_device(devices_[number], below);
    }
    return absent;
}

Route VirtualSwitch::route_memory(std::uint64_t address) const noexcept {
    const BridgeFunction& endpoint = functions_[management];
    if (endpoint.decodes(address)) {
        return endpoint.memory_enable() ? to_local(management)
                                        : ended(Kind::refuse, RefusalCause::memory_space_disabled);
    }
    const BridgeFunction& above = functions_[upstream];
    if (!above.decodes(address)) {
        return ended(Kind::refuse, RefusalCause::no_window);
    }
    for (std::size_t number = 0; number < devices_.size(); ++number) {
        const BridgeFunction& bridge = functions_[first_downstream + number];
        if (bridge.decodes(address)) {
            const bool enabled = above.memory_enable() && bridge.memory_enable();
            return enabled && bridge.present() && !held_[number]
                       ? to_device(devices_[number], false)
                       : ended(Kind::refuse, enabled ? RefusalCause::no_window : RefusalCause::memory_space_disabled);
        }
    }
    return ended(Kind::refuse, RefusalCause::no_window);
}

Route VirtualSwitch::route_completion(pcie::Bdf requester) const noexcept {
    for (std::size_t number = 0; number < devices_.size(); ++number) {
        if (functions_[first_downstream + number].owns_bus(requester.bus())) {
            return held_[number] ? ended(Kind::consume, RefusalCause::none) : to_device(devices_[number], false);
        }
    }
    return ended(Kind::refuse, RefusalCause::unexpected_completion);
}

pcie::TlpPtr VirtualSwitch::execute(const pcie::Tlp& request, const Route& route) {
    return pcie::is_configuration(request.header.kind) ? execute_configuration(request, route.function)
                                                       : execute_memory(request);
}

pcie::TlpPtr VirtualSwitch::execute_configuration(const pcie::Tlp& request, std::size_t function_number) {
    BridgeFunction& function = functions_[function_number];
    const pcie::TlpHeader& header = request.header;
    if (!pcie::has_data(header.kind)) {
        return complete_with_dword(factory_, request, function.id(), function.read(header.config_register));
    }
    function.write(header.target, header.config_register, first_dword(request), header.first_be);
    if (function_number >= first_downstream) {
        listener_.on_secondary_bus(root_, devices_[function_number - first_downstream], function.id(),
                                   function.secondary());
    }
    update_held();
    return complete_without_data(factory_, request, function.id(), pcie::CompletionStatus::successful);
}

void VirtualSwitch::set_link(bool up) {
    if (link_up_ == up) {
        return;
    }
    link_up_ = up;
    for (BridgeFunction& function : functions_) {
        function.reset();
    }
    update_held();
}

/// The upstream bridge's Secondary Bus Reset resets the downstream bridges too, and what they hold ends with it.
void VirtualSwitch::update_held() {
    const bool all = !link_up_ || functions_[upstream].holds_reset();
    for (std::size_t number = 0; number < devices_.size(); ++number) {
        BridgeFunction& bridge = functions_[first_downstream + number];
        const bool held = all || bridge.holds_reset();
        if (held_[number] != held) {
            held_[number] = held;
            listener_.on_secondary_reset(root_, devices_[number], held);
        }
        if (all) {
            bridge.reset();
            listener_.on_secondary_bus(root_, devices_[number], {}, 0);
        }
    }
}

pcie::TlpPtr VirtualSwitch::execute_memory(const pcie::Tlp& request) {
    const pcie::TlpHeader& header = request.header;
    const bool writes = header.kind == pcie::TlpKind::memory_write;
    if (header.length_dw != 1 || (!writes && header.kind != pcie::TlpKind::memory_read) || registers_ == nullptr) {
        refused_.add(RefusalCause::management_access);
        report(management, pcie::ErrorKind::completer_abort, {.header = &header, .role = role_at(header)});
        return pcie::flow_class(header.kind) == pcie::FlowClass::posted
                   ? nullptr
                   : complete_without_data(factory_, request, functions_[management].id(),
                                           pcie::CompletionStatus::completer_abort);
    }
    const auto offset = static_cast<std::uint32_t>(header.address % ManagementRegisterMap::bar_bytes);
    if (writes) {
        registers_->write(offset, first_dword(request), header.first_be);
        return nullptr;
    }
    return complete_with_dword(factory_, request, functions_[management].id(), registers_->read(offset));
}

pcie::TlpPtr VirtualSwitch::refuse(const pcie::Tlp& tlp, RefusalCause cause, bool counted) {
    if (counted) {
        refused_.add(cause);
    }
    // A probe is an unsupported request like any other: that it is advisory keeps it quiet (PCIe base 6.2.3.2.4).
    report(upstream, error_kind_of(cause), {.header = &tlp.header, .role = role_at(tlp.header)});
    if (pcie::flow_class(tlp.header.kind) != pcie::FlowClass::non_posted) {
        return nullptr;
    }
    return complete_without_data(factory_, tlp, functions_[upstream].id(), pcie::CompletionStatus::unsupported_request);
}

pcie::TlpPtr VirtualSwitch::refuse_upward(DeviceIndex device, const pcie::Tlp& received, const pcie::TlpHeader& sent,
                                          RefusalCause cause) {
    refused_.add(cause);
    const bool violation = cause == RefusalCause::peer_to_peer && bridge(device).redirects_requests();
    report(first_downstream + bridge_of_[device.index()],
           violation ? pcie::ErrorKind::acs_violation : error_kind_of(cause),
           {.header = &sent, .role = role_at(sent), .side = pcie::BridgeSide::secondary});
    if (pcie::flow_class(sent.kind) != pcie::FlowClass::non_posted) {
        return nullptr;
    }
    pcie::TlpPtr completion =
        complete_without_data(factory_, received, bridge(device).id(),
                              violation ? pcie::CompletionStatus::completer_abort // PCIe base 6.12.5
                                        : pcie::CompletionStatus::unsupported_request);
    completion->root = root_; // whatever the request said
    return completion;
}

pcie::TlpPtr VirtualSwitch::refuse_fenced(DeviceIndex device, const pcie::Tlp& received) {
    refused_.add(RefusalCause::fenced);
    if (pcie::flow_class(received.header.kind) != pcie::FlowClass::non_posted) {
        return nullptr;
    }
    pcie::TlpPtr completion =
        complete_without_data(factory_, received, bridge(device).id(), pcie::CompletionStatus::unsupported_request);
    completion->root = root_; // whatever the request said
    return completion;
}

void VirtualSwitch::report_refusal(DeviceIndex device, RefusalCause cause, const pcie::ErrorDetails& details) {
    report(first_downstream + bridge_of_[device.index()], error_kind_of(cause), details);
}

void VirtualSwitch::report_link_error(pcie::ErrorKind kind) {
    report(upstream, kind, {});
    if (error_) {
        static_cast<void>(functions_[management].report(kind, {}));
    } else {
        report(management, kind, {});
    }
}

/// A downstream bridge's own message passes the upstream bridge like one of a device.
void VirtualSwitch::report(std::size_t function_number, pcie::ErrorKind kind, const pcie::ErrorDetails& details) {
    BridgeFunction& reporter = functions_[function_number];
    const pcie::ErrorMessage message = reporter.report(kind, details);
    const bool passes_upstream = function_number >= first_downstream;
    if (message != pcie::ErrorMessage::none && (!passes_upstream || functions_[upstream].forward_error(message))) {
        error_ = factory_.make(pcie::error_message_header(message, reporter.id()), root_);
        error_->transaction = factory_.next_transaction();
    }
}

bool VirtualSwitch::forwards(DeviceIndex device, const pcie::TlpHeader& message) noexcept {
    const pcie::ErrorMessage error = pcie::error_message_of(message);
    return error == pcie::ErrorMessage::none ||
           (downstream(device).forward_error(error) && functions_[upstream].forward_error(error));
}

RefusalCause VirtualSwitch::upward(DeviceIndex device, const pcie::TlpHeader& header) const noexcept {
    if (!pcie::is_address_routed(header.kind)) {
        return RefusalCause::none;
    }
    if (!bridge(device).bus_master() || !functions_[upstream].bus_master()) {
        return RefusalCause::bus_master_disabled;
    }
    // Aimed at the management registers or at a device of the same root: neither is for a pooled function (PCIe
    // base 6.12 allows to refuse).
    const bool below = functions_[management].decodes(header.address) || functions_[upstream].decodes(header.address);
    const bool enabled = functions_[upstream].memory_enable() || functions_[management].memory_enable();
    return below && enabled ? RefusalCause::peer_to_peer : RefusalCause::none;
}

} // namespace rootpool::pooling
