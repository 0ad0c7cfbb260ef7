#pragma once

#include <cstdint>

#include "rootpool/host/enumeration.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {

/// Driver of the DMA probe, which needs 256 tags and its own requests. The rest is up to whoever operates it.
class DmaProbeDriver {
public:
    DmaProbeDriver(PciCore& core, PciDevice& device) noexcept
        : core_(core), device_(device), function_(core.config(), device.bdf) {}

    /// Sets up the function and remembers its Device Control. Waits. False when it cannot be enabled.
    [[nodiscard]] bool probe();
    /// Looks whether the function has lost what was set up, as by a reset, and sets it up again (pci_restore_state).
    /// Waits. False when no function answers, or it cannot be enabled.
    [[nodiscard]] bool restore();

private:
    [[nodiscard]] unsigned control_register() const noexcept;

    PciCore& core_;
    PciDevice& device_;
    PciFunction function_;
    std::uint16_t control_ = 0; ///< Device Control as enumeration and this driver set it
};

} // namespace rootpool::host
