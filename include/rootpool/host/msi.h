#pragma once

#include <cstdint>

#include "rootpool/host/enumeration.h"
#include "rootpool/host/hardware_access.h"

namespace rootpool::host {

/// Programs the MSI capability with one vector and enables it. False when the function has none.
[[nodiscard]] bool enable_msi(PciCore& core, const PciDevice& device, const MsiMessage& message);

/// The MSI-X capability and table of one function (PCIe base 7.7.2). The table lies in a BAR of the device; for a VF in
/// the BAR that its PF's capability placed.
class MsixTable {
public:
    /// Reads the capability. `usable()` tells whether table size, BIR and offset lie inside an assigned BAR.
    MsixTable(PciCore& core, MmioAccess& mmio, const PciDevice& device);

    [[nodiscard]] bool usable() const noexcept { return usable_; }
    [[nodiscard]] unsigned size() const noexcept { return size_; }
    /// Writes address and data of one entry and unmasks it. False beyond the table.
    [[nodiscard]] bool program(unsigned vector, const MsiMessage& message);
    /// MSI-X Enable with the function mask set while entries are not yet written, as Linux does.
    void enable_masked();
    void unmask_all();
    void disable();

private:
    void write_control(std::uint16_t clear, std::uint16_t set);

    PciCore& core_;
    MmioAccess& mmio_;
    const PciDevice& device_;
    std::uint64_t table_ = 0;
    unsigned size_ = 0;
    bool usable_ = false;
};

} // namespace rootpool::host
