#include "rootpool/host/pci_device.h"

namespace rootpool::host {

std::string PciDevice::name() const { return "0000:" + pcie::to_string(bdf); }

} // namespace rootpool::host
