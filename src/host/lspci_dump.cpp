#include "rootpool/host/lspci_dump.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "rootpool/host/pci_function.h"

namespace rootpool::host {
namespace {

constexpr unsigned config_bytes = 4096;

struct ClassName {
    std::uint32_t code; ///< base and sub class
    const char* name;
};
/// From pci.ids, classes that appear in the platform.
constexpr std::array<ClassName, 7> class_names{{{0x0200, "Ethernet controller"},
                                                {0x0500, "RAM memory"},
                                                {0x0580, "Memory controller"},
                                                {0x0600, "Host bridge"},
                                                {0x0604, "PCI bridge"},
                                                {0x0880, "System peripheral"},
                                                {0xFF00, "Unassigned class [ff00]"}}};

struct DeviceName {
    std::uint16_t vendor;
    std::uint16_t device;
    const char* name;
};
constexpr std::array<DeviceName, 2> device_names{
    {{0x8086, 0x10FB, "Intel Corporation 82599ES 10-Gigabit SFI/SFP+ Network Connection"},
     {0x8086, 0x10ED, "Intel Corporation 82599 Ethernet Controller Virtual Function"}}};

struct VendorName {
    std::uint16_t vendor;
    const char* name;
};
constexpr std::array<VendorName, 2> vendor_names{{{0x8086, "Intel Corporation"}, {0x10EE, "Xilinx Corporation"}}};

std::string class_text(std::uint32_t class_code) {
    const std::uint32_t code = class_code >> 8U;
    const auto* found = std::find_if(class_names.begin(), class_names.end(),
                                     [code](const ClassName& entry) { return entry.code == code; });
    return found != class_names.end() ? found->name : fmt::format("Class [{:04x}]", code);
}

std::string device_text(const PciDevice& device) {
    for (const DeviceName& entry : device_names) {
        if (entry.vendor == device.vendor && entry.device == device.device) {
            return entry.name;
        }
    }
    for (const VendorName& entry : vendor_names) {
        if (entry.vendor == device.vendor) {
            return fmt::format("{} Device {:04x}", entry.name, device.device);
        }
    }
    return fmt::format("Device {:04x}:{:04x}", device.vendor, device.device);
}

void dump(std::string& text, PciCore& core, const PciDevice& device) {
    fmt::format_to(std::back_inserter(text), "{} {}: {}", pcie::to_string(device.bdf), class_text(device.class_code),
                   device_text(device));
    if (device.revision != 0) {
        fmt::format_to(std::back_inserter(text), " (rev {:02x})", device.revision);
    }
    PciFunction function(core.config(), device.bdf);
    for (unsigned offset = 0; offset < config_bytes; offset += 4) {
        if (offset % 16 == 0) {
            fmt::format_to(std::back_inserter(text), "\n{:02x}:", offset);
        }
        const std::uint32_t value = function.read32(offset);
        for (unsigned byte = 0; byte < 4; ++byte) {
            fmt::format_to(std::back_inserter(text), " {:02x}", value >> (8 * byte) & 0xFF);
        }
    }
    text += "\n\n";
}

} // namespace

std::string lspci_dump(PciCore& core) {
    std::vector<const PciDevice*> devices;
    core.for_each([&](PciDevice& device) { devices.push_back(&device); });
    std::sort(devices.begin(), devices.end(), [](const PciDevice* a, const PciDevice* b) { return a->bdf < b->bdf; });
    std::string text;
    for (const PciDevice* device : devices) {
        dump(text, core, *device);
    }
    return text;
}

} // namespace rootpool::host
