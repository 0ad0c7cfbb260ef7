#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {

/// Finds functions and gives out bus numbers, depth first (Linux drivers/pci/probe.c).
class PciScanner {
public:
    using Bus = std::vector<std::unique_ptr<PciDevice>>;

    PciScanner(ConfigAccess& access, KernelLog& log, Sleeper& sleeper) noexcept
        : access_(access), log_(log), sleeper_(sleeper) {}

    /// Scans `bus` below `bridge` (none: the root bus) into `functions`, and everything below it. Bus numbers up to
    /// `limit` may be used. Returns the highest bus number in use afterwards.
    std::uint8_t scan_bus(Bus& functions, PciDevice* bridge, std::uint8_t bus, std::uint8_t limit);

private:
    void scan_device(Bus& functions, PciDevice* bridge, std::uint8_t bus, std::uint8_t device);
    PciDevice* scan_function(Bus& functions, PciDevice* bridge, pcie::Bdf bdf);
    [[nodiscard]] bool wait_ready(PciFunction& function, std::uint32_t& id);
    [[nodiscard]] bool read_header(PciFunction& function, PciDevice& device);
    void read_capabilities(PciFunction& function, PciDevice& device);
    void read_express(PciFunction& function, PciDevice& device);
    void size_bars(PciFunction& function, PciDevice& device);
    void configure_ari(PciFunction& function, PciDevice& device);
    [[nodiscard]] int next_function(const PciDevice* bridge, const PciDevice& first, const PciDevice* current,
                                    int function);
    [[nodiscard]] std::uint8_t scan_bridge(PciDevice& bridge, std::uint8_t highest, std::uint8_t limit);

    ConfigAccess& access_;
    KernelLog& log_;
    Sleeper& sleeper_;
};

/// Reads and prepares the SR-IOV capability of `pf` (Linux iov.c sriov_init). `first_on_bus`: only the lowest-numbered
/// PF has the ARI Capable Hierarchy bit (PCIe base 9.3.3.3.5). Leaves pf.capability.sriov 0 when the registers make no
/// sense.
void read_sriov(ConfigAccess& access, KernelLog& log, Sleeper& sleeper, PciDevice& pf, bool first_on_bus);

} // namespace rootpool::host
