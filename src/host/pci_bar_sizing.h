#pragma once

#include <array>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {

/// Sizes memory BARs by writing all ones (PCIe base 7.5.1.2.1), logs them as Linux does ("reg 0x10: [mem ...]"). I/O
/// BARs are only logged: the machine has no I/O aperture. What cannot be a BAR (no size, a 64-bit BAR without its upper
/// half) is left out.
class PciBarSizing {
public:
    PciBarSizing(PciFunction& function, const PciDevice& device, KernelLog& log)
        : function_(function), device_(device), log_(log) {}

    /// `count` registers from `first_offset` on. Decoding of the function must be off.
    void size(unsigned first_offset, unsigned count, std::array<PciResource, 6>& into);

private:
    [[nodiscard]] std::uint32_t probe(unsigned offset, std::uint32_t original);
    /// `low` is what the register at `offset` read after ones were written to it.
    [[nodiscard]] PciResource size_memory(unsigned offset, std::uint32_t original, std::uint32_t low, bool has_upper);

    PciFunction& function_;
    const PciDevice& device_;
    KernelLog& log_;
};

} // namespace rootpool::host
