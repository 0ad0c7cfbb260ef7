#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"

namespace rootpool::host {

/// What the kernel reserves for slots that are empty, after Linux' hpmemsize and hpmmioprefsize.
struct HotplugReservation {
    std::uint64_t memory = 2U << 20U;
    std::uint64_t prefetchable = 2U << 20U;
};

/// The PCI core of one server's operating system, modelled on Linux: scans depth first, numbers buses, sizes BARs, sets
/// windows bottom-up, enables ARI and decoding, sets the maximum payload size. It knows hardware only through
/// configuration requests; every call waits for them. What hostile configuration spaces say is bounded, refused in the
/// kernel log and never followed beyond the 256 buses.
class PciCore {
public:
    PciCore(ConfigAccess& access, KernelLog& log, Sleeper& sleeper, HostApertures apertures,
            HotplugReservation reservation = {});
    PciCore(const PciCore&) = delete;
    PciCore& operator=(const PciCore&) = delete;
    ~PciCore();

    /// Scans from bus 0, assigns resources, enables bridges. Forgets what an earlier call found.
    void enumerate();

    /// After a slot below `bridge` was powered on: finds, sizes, assigns inside the bridge's windows and prepares the
    /// functions behind it. Returns how many functions were found (0: no device).
    unsigned scan_slot(PciDevice& bridge);
    /// Forgets the functions below `bridge`. With `reachable`, bus mastering is cleared first, as an orderly removal
    /// does.
    void remove_slot(PciDevice& bridge, bool reachable);

    /// pci_enable_device + pci_set_master: memory decoding and bus mastering on.
    /// False, with a kernel-log line, when a BAR has no address.
    [[nodiscard]] bool enable_device(PciDevice& device);
    void disable_device(PciDevice& device);

    [[nodiscard]] PciDevice* find(pcie::Bdf bdf);
    /// Depth first, in bus order; VFs after their bus's functions.
    void for_each(const std::function<void(PciDevice&)>& visit);
    [[nodiscard]] const std::vector<std::unique_ptr<PciDevice>>& root_bus() const noexcept { return root_bus_; }

    [[nodiscard]] ConfigAccess& config() noexcept { return access_; }
    [[nodiscard]] KernelLog& log() noexcept { return log_; }
    [[nodiscard]] Sleeper& sleeper() noexcept { return sleeper_; }

private:
    ConfigAccess& access_;
    KernelLog& log_;
    Sleeper& sleeper_;
    HostApertures apertures_;
    HotplugReservation reservation_;
    std::vector<std::unique_ptr<PciDevice>> root_bus_;
};

} // namespace rootpool::host
