#pragma once

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"

namespace rootpool::host {

/// Sets Max_Payload_Size so that no function can be sent more than it takes (Linux `pcie_bus_safe`).
/// Max_Read_Request_Size keeps its reset value of 512 bytes, as Linux leaves it in this mode.
class PciPayloadSize {
public:
    PciPayloadSize(ConfigAccess& access, KernelLog& log) noexcept : access_(access), log_(log) {}

    /// One value for everything below `top`, a function of the root bus: the smallest that all support.
    void configure_tree(PciDevice& top);
    /// Hot-added functions take what the port above them has.
    void configure_below(PciDevice& bridge);

private:
    void set(PciDevice& device, unsigned bytes);

    ConfigAccess& access_;
    KernelLog& log_;
};

} // namespace rootpool::host
