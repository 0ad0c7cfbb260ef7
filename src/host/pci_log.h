#pragma once

#include <string_view>

#include <fmt/format.h>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"

namespace rootpool::host {

/// One line of the kernel log as dev_info() writes it: "pci 0000:03:00.0: ...", with the driver's name once one is
/// bound.
template <typename... Arguments>
void pci_log(KernelLog& log, const PciDevice& device, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    log.line((device.driver.empty() ? std::string("pci") : device.driver) + " " + device.name() + ": " +
             fmt::format(text, std::forward<Arguments>(arguments)...));
}

} // namespace rootpool::host
