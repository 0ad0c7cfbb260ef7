#include "host/pci_scanner.h"

#include <algorithm>

#include "host/pci_bar_sizing.h"
#include "host/pci_layout.h"
#include "host/pci_log.h"

namespace rootpool::host {
namespace {

constexpr std::uint16_t request_retry_vendor = 0x0001; // RRS software visibility, PCIe base 2.3.2
constexpr SimTime first_retry_delay = 1ms;
constexpr SimTime last_retry_delay = 60s; // as Linux

/// Vendor and device ID as an absent or broken function reads (Linux pci_bus_generic_read_dev_vendor_id).
bool absent(std::uint32_t id) noexcept { return id == ~0U || id == 0 || id == 0x0000'FFFF || id == 0xFFFF'0000; }

/// Root and downstream ports have one device below them: the link has one other end (PCIe base 7.3.1).
bool only_device_0(const PciDevice* bridge) noexcept {
    return bridge != nullptr &&
           (bridge->port_type == PciePortType::root_port || bridge->port_type == PciePortType::downstream_port);
}

} // namespace

std::uint8_t PciScanner::scan_bus(Bus& functions, PciDevice* bridge, std::uint8_t bus, std::uint8_t limit) {
    const std::uint8_t devices = only_device_0(bridge) ? 1 : 32;
    for (std::uint8_t device = 0; device < devices; ++device) {
        scan_device(functions, bridge, bus, device);
    }
    std::uint8_t highest = bus;
    for (const auto& function : functions) {
        if (function->capability.sriov != 0 && function->sriov.last_bus > highest) {
            highest = std::min(function->sriov.last_bus, limit); // buses that only VFs will have
        }
    }
    for (const auto& function : functions) {
        if (function->is_bridge()) {
            highest = scan_bridge(*function, highest, limit);
        }
    }
    return highest;
}

std::uint8_t PciScanner::scan_bridge(PciDevice& bridge, std::uint8_t highest, std::uint8_t limit) {
    PciFunction function(access_, bridge.bdf);
    if (highest >= limit) {
        pci_log(log_, bridge, "No bus number available for hot-added bridge");
        function.write8(layout::secondary_bus, 0);
        function.write8(layout::subordinate_bus, 0);
        return highest;
    }
    bridge.bridge.secondary = static_cast<std::uint8_t>(highest + 1);
    function.write8(layout::primary_bus, bridge.bdf.bus());
    function.write8(layout::secondary_bus, bridge.bridge.secondary);
    function.write8(layout::subordinate_bus, limit); // open until it is known what lies below
    bridge.bridge.subordinate = scan_bus(bridge.children, &bridge, bridge.bridge.secondary, limit);
    function.write8(layout::subordinate_bus, bridge.bridge.subordinate);
    return bridge.bridge.subordinate;
}

void PciScanner::scan_device(Bus& functions, PciDevice* bridge, std::uint8_t bus, std::uint8_t device) {
    PciDevice* first = scan_function(functions, bridge, pcie::Bdf(bus, device, 0));
    if (first == nullptr) {
        return; // without function 0 there is no device (PCIe base 7.5.1.1.9)
    }
    const PciDevice* current = first;
    int function = 0;
    while ((function = next_function(bridge, *first, current, function)) > 0) {
        current = scan_function(functions, bridge,
                                pcie::Bdf::from_bus_devfn(bus, static_cast<std::uint8_t>(device << 3U | function)));
    }
}

/// The function number after `function`; 0 or less at the end. An ARI chain that does not rise is malformed and ends.
int PciScanner::next_function(const PciDevice* bridge, const PciDevice& first, const PciDevice* current, int function) {
    if (bridge != nullptr && bridge->bridge.ari_forwarding) {
        if (current == nullptr || current->capability.ari == 0) {
            return 0;
        }
        PciFunction config(access_, current->bdf);
        const int next = config.read8(current->capability.ari + layout::ari_next_function);
        return next > function ? next : 0;
    }
    return first.multi_function && function < 7 ? function + 1 : 0;
}

PciDevice* PciScanner::scan_function(Bus& functions, PciDevice* bridge, pcie::Bdf bdf) {
    PciFunction function(access_, bdf);
    std::uint32_t id = function.read32(layout::vendor_id);
    auto device = std::make_unique<PciDevice>();
    device->bdf = bdf;
    if (absent(id) || !wait_ready(function, id)) {
        return nullptr;
    }
    device->parent = bridge;
    device->vendor = static_cast<std::uint16_t>(id);
    device->device = static_cast<std::uint16_t>(id >> 16U);
    if (!read_header(function, *device)) {
        return nullptr;
    }
    size_bars(function, *device);
    read_capabilities(function, *device);
    configure_ari(function, *device);
    if (device->capability.sriov != 0) {
        const bool first_on_bus = std::none_of(functions.begin(), functions.end(),
                                               [](const auto& other) { return other->capability.sriov != 0; });
        read_sriov(access_, log_, sleeper_, *device, first_on_bus);
    }
    functions.push_back(std::move(device));
    return functions.back().get();
}

bool PciScanner::wait_ready(PciFunction& function, std::uint32_t& id) {
    SimTime waited{};
    for (SimTime delay = first_retry_delay; (id & 0xFFFF) == request_retry_vendor; delay *= 2) {
        if (delay > last_retry_delay) {
            PciDevice unknown;
            unknown.bdf = function.bdf();
            pci_log(log_, unknown, "not ready {}ms; giving up", waited / 1ms);
            return false;
        }
        sleeper_.sleep(delay);
        waited += delay;
        id = function.read32(layout::vendor_id);
    }
    return !absent(id);
}

bool PciScanner::read_header(PciFunction& function, PciDevice& device) {
    const std::uint32_t class_revision = function.read32(layout::class_revision);
    const std::uint8_t type = function.read8(layout::header_type);
    device.class_code = class_revision >> 8U;
    device.revision = static_cast<std::uint8_t>(class_revision);
    device.header_type = type & 0x7F;
    device.multi_function = (type & 0x80) != 0;
    pci_log(log_, device, "[{:04x}:{:04x}] type {:02x} class 0x{:06x}", device.vendor, device.device,
            device.header_type, device.class_code);
    if (device.header_type > 1) {
        pci_log(log_, device, "unknown header type {:02x}, ignoring device", device.header_type);
        return false;
    }
    return true;
}

void PciScanner::size_bars(PciFunction& function, PciDevice& device) {
    constexpr std::uint16_t decode = layout::command_memory | layout::command_io;
    const std::uint16_t command = function.read16(layout::command);
    if ((command & decode) != 0) {
        function.write16(layout::command,
                         static_cast<std::uint16_t>(command & ~decode)); // a BAR moves while it is sized
    }
    PciBarSizing(function, device, log_).size(layout::first_bar, device.is_bridge() ? 2 : 6, device.bars);
    if (device.is_bridge()) {
        device.bridge.has_64bit_window = (function.read16(layout::prefetchable_base) & 0xF) == 1;
    }
}

void PciScanner::read_capabilities(PciFunction& function, PciDevice& device) {
    device.capability.msi = function.find_capability(layout::capability_msi);
    device.capability.msix = function.find_capability(layout::capability_msix);
    device.capability.express = function.find_capability(layout::capability_express);
    if (device.capability.express == 0) {
        return; // extended space belongs to PCI Express functions
    }
    device.capability.ari = function.find_extended_capability(layout::extended_ari);
    device.capability.sriov = device.is_bridge() ? 0 : function.find_extended_capability(layout::extended_sriov);
    read_express(function, device);
}

void PciScanner::read_express(PciFunction& function, PciDevice& device) {
    const unsigned at = device.capability.express;
    const std::uint16_t flags = function.read16(at + layout::express_flags);
    device.port_type = static_cast<PciePortType>(flags >> layout::express_type_shift & 0xFU);
    const std::uint32_t capabilities = function.read32(at + layout::device_capabilities);
    device.max_payload_supported = 128U << std::min(capabilities & 7U, 5U);
    if (device.is_bridge() && (flags & layout::express_slot_implemented) != 0) {
        device.bridge.is_hotplug =
            (function.read32(at + layout::slot_capabilities) & layout::slot_hotplug_capable) != 0;
    }
    if ((flags & layout::express_version_mask) == 0) {
        device.max_payload_supported = 0; // erratum 35 of the 82599: a VF's capability reads zero and says nothing
    }
}

/// pci_configure_ari: the port above forwards the whole function number when it can and the device has ARI; else it
/// must not.
void PciScanner::configure_ari(PciFunction& function, PciDevice& device) {
    PciDevice* bridge = device.parent;
    if (function.bdf().devfn() != 0 || device.capability.express == 0 || bridge == nullptr ||
        bridge->capability.express == 0) {
        return;
    }
    PciFunction port(access_, bridge->bdf);
    const unsigned at = bridge->capability.express;
    if ((port.read32(at + layout::device_capabilities_2) & layout::device_capabilities_2_ari) == 0) {
        return;
    }
    bridge->bridge.ari_forwarding = device.capability.ari != 0;
    port.modify16(at + layout::device_control_2, layout::device_control_2_ari,
                  bridge->bridge.ari_forwarding ? layout::device_control_2_ari : 0);
}

} // namespace rootpool::host
