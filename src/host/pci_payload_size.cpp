#include "host/pci_payload_size.h"

#include <algorithm>
#include <bit>

#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {
namespace {

/// Functions whose capability says nothing (none, or erratum 35) have no vote.
unsigned smallest_supported(const PciDevice& device) {
    unsigned smallest =
        device.max_payload_supported != 0 && device.capability.express != 0 ? device.max_payload_supported : 4096;
    for (const auto& child : device.children) {
        smallest = std::min(smallest, smallest_supported(*child));
    }
    return smallest;
}

template <typename Visit>
void visit_tree(PciDevice& device, const Visit& visit) {
    visit(device);
    for (const auto& child : device.children) {
        visit_tree(*child, visit);
    }
}

unsigned payload_bytes(std::uint16_t device_control) noexcept {
    return 128U << (device_control >> layout::device_control_mps_shift & 7U);
}

} // namespace

void PciPayloadSize::set(PciDevice& device, unsigned bytes) {
    if (device.capability.express == 0) {
        return;
    }
    const auto code = static_cast<std::uint16_t>(std::countr_zero(bytes / 128));
    const unsigned at = device.capability.express + layout::device_control;
    PciFunction function(access_, device.bdf);
    function.modify16(at, layout::device_control_mps_mask,
                      static_cast<std::uint16_t>(code << layout::device_control_mps_shift));
    const unsigned actual = payload_bytes(function.read16(at));
    if (actual != bytes) {
        pci_log(log_, device,
                "Max Payload Size {}, but upstream set to {}; if necessary, use \"pci=pcie_bus_safe\" and report a bug",
                actual, bytes);
    }
}

void PciPayloadSize::configure_tree(PciDevice& top) {
    const unsigned bytes = smallest_supported(top);
    visit_tree(top, [&](PciDevice& device) { set(device, bytes); });
}

void PciPayloadSize::configure_below(PciDevice& bridge) {
    if (bridge.capability.express == 0) {
        return;
    }
    PciFunction port(access_, bridge.bdf);
    const unsigned bytes = payload_bytes(port.read16(bridge.capability.express + layout::device_control));
    if (bytes > 4096) {
        return; // reserved code, or the port is gone
    }
    for (const auto& child : bridge.children) {
        visit_tree(*child, [&](PciDevice& device) {
            if (device.max_payload_supported != 0 && device.max_payload_supported < bytes) {
                pci_log(log_, device,
                        "can't set Max Payload Size to {}; if necessary, use \"pci=pcie_bus_safe\" and report a bug",
                        bytes);
            }
            set(device, device.max_payload_supported == 0 ? bytes : std::min(device.max_payload_supported, bytes));
        });
    }
}

} // namespace rootpool::host
