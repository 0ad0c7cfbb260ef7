#include "rootpool/host/enumeration.h"

#include <algorithm>

#include "host/pci_assigner.h"
#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "host/pci_payload_size.h"
#include "host/pci_scanner.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {
namespace {

constexpr std::uint8_t last_bus = 255;

void visit_bus(const std::vector<std::unique_ptr<PciDevice>>& bus, const std::function<void(PciDevice&)>& visit) {
    for (const auto& device : bus) {
        visit(*device);
        visit_bus(device->children, visit);
    }
    for (const auto& device : bus) {
        visit_bus(device->virtual_functions, visit);
    }
}

unsigned count(const std::vector<std::unique_ptr<PciDevice>>& bus) {
    unsigned functions = 0;
    visit_bus(bus, [&](PciDevice&) { ++functions; });
    return functions;
}

bool has_unassigned_bar(const PciDevice& device) {
    for (const PciResource& bar : device.bars) {
        if (bar.size != 0 && !bar.assigned) {
            return true;
        }
    }
    return false;
}

} // namespace

PciCore::PciCore(ConfigAccess& access, KernelLog& log, Sleeper& sleeper, HostApertures apertures,
                 HotplugReservation reservation)
    : access_(access), log_(log), sleeper_(sleeper), apertures_(apertures), reservation_(reservation) {}

PciCore::~PciCore() = default;

void PciCore::enumerate() {
    root_bus_.clear();
    PciScanner(access_, log_, sleeper_).scan_bus(root_bus_, nullptr, 0, last_bus);
    PciAssigner(access_, log_, apertures_, reservation_).assign_root_bus(root_bus_);
    PciPayloadSize payload(access_, log_);
    for (const auto& function : root_bus_) {
        payload.configure_tree(*function);
    }
}

unsigned PciCore::scan_slot(PciDevice& bridge) {
    if (bridge.bridge.secondary == 0) {
        return 0; // it never got a bus number
    }
    bridge.children.clear();
    PciScanner(access_, log_, sleeper_)
        .scan_bus(bridge.children, &bridge, bridge.bridge.secondary, bridge.bridge.subordinate);
    PciAssigner(access_, log_, apertures_, reservation_).assign_below(bridge);
    PciPayloadSize(access_, log_).configure_below(bridge);
    return count(bridge.children);
}

void PciCore::remove_slot(PciDevice& bridge, bool reachable) {
    if (reachable) {
        // in reverse, VFs before their PF (Linux pciehp_unconfigure_device)
        std::for_each(bridge.children.rbegin(), bridge.children.rend(), [this](const auto& child) {
            PciFunction(access_, child->bdf)
                .modify16(layout::command, layout::command_master | layout::command_serr, layout::command_intx_disable);
        });
    }
    bridge.children.clear();
}

bool PciCore::enable_device(PciDevice& device) {
    if (has_unassigned_bar(device)) {
        pci_log(log_, device, "can't enable device: a BAR is not assigned");
        return false;
    }
    PciFunction function(access_, device.bdf);
    const std::uint16_t command = function.read16(layout::command);
    const auto decoding = static_cast<std::uint16_t>(command | layout::command_memory);
    if (decoding != command) {
        pci_log(log_, device, "enabling device ({:04x} -> {:04x})", command, decoding);
    }
    function.write16(layout::command, static_cast<std::uint16_t>(decoding | layout::command_master));
    return true;
}

void PciCore::disable_device(PciDevice& device) {
    PciFunction(access_, device.bdf).modify16(layout::command, layout::command_master, 0);
}

PciDevice* PciCore::find(pcie::Bdf bdf) {
    PciDevice* found = nullptr;
    for_each([&](PciDevice& device) {
        if (device.bdf == bdf) {
            found = &device;
        }
    });
    return found;
}

void PciCore::for_each(const std::function<void(PciDevice&)>& visit) { visit_bus(root_bus_, visit); }

} // namespace rootpool::host
