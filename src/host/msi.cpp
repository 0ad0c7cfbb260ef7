#include "rootpool/host/msi.h"

#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {

bool enable_msi(PciCore& core, const PciDevice& device, const MsiMessage& message) {
    const unsigned at = device.capability.msi;
    if (at == 0) {
        return false;
    }
    PciFunction function(core.config(), device.bdf);
    const std::uint16_t control = function.read16(at + layout::msi_control);
    const bool wide = (control & layout::msi_control_64bit) != 0;
    if (!wide && message.address >> 32U != 0) {
        return false;
    }
    function.write32(at + layout::msi_address, static_cast<std::uint32_t>(message.address));
    if (wide) {
        function.write32(at + layout::msi_address + 4, static_cast<std::uint32_t>(message.address >> 32U));
    }
    function.write16(at + layout::msi_address + (wide ? 8 : 4), static_cast<std::uint16_t>(message.data));
    function.write16(
        at + layout::msi_control,
        static_cast<std::uint16_t>((control & ~layout::msi_control_multiple_enable) | layout::msi_control_enable));
    return true;
}

MsixTable::MsixTable(PciCore& core, MmioAccess& mmio, const PciDevice& device)
    : core_(core), mmio_(mmio), device_(device) {
    const unsigned at = device.capability.msix;
    if (at == 0) {
        return;
    }
    PciFunction function(core.config(), device.bdf);
    size_ = (function.read16(at + layout::msix_control) & layout::msix_control_size_mask) + 1U;
    const std::uint32_t place = function.read32(at + layout::msix_table);
    const unsigned bar = place & 7U;
    const std::uint64_t offset = place & ~7U;
    const std::uint64_t bytes = std::uint64_t{size_} * layout::msix_entry_bytes;
    if (bar >= device.bars.size() || !device.bars[bar].assigned || device.bars[bar].size < bytes ||
        offset > device.bars[bar].size - bytes) {
        pci_log(core.log(), device, "MSI-X table of {} entries at BAR {} offset 0x{:x} is outside the BAR", size_, bar,
                offset);
        return;
    }
    table_ = device.bars[bar].address + offset;
    usable_ = true;
}

bool MsixTable::program(unsigned vector, const MsiMessage& message) {
    if (!usable_ || vector >= size_) {
        return false;
    }
    const std::uint64_t entry = table_ + std::uint64_t{vector} * layout::msix_entry_bytes;
    mmio_.write32(entry, static_cast<std::uint32_t>(message.address));
    mmio_.write32(entry + 4, static_cast<std::uint32_t>(message.address >> 32U));
    mmio_.write32(entry + 8, message.data);
    mmio_.write32(entry + layout::msix_entry_control, 0); // vector mask off
    return true;
}

void MsixTable::write_control(std::uint16_t clear, std::uint16_t set) {
    if (usable_) {
        PciFunction(core_.config(), device_.bdf).modify16(device_.capability.msix + layout::msix_control, clear, set);
    }
}

void MsixTable::enable_masked() { write_control(0, layout::msix_control_enable | layout::msix_control_function_mask); }
void MsixTable::unmask_all() { write_control(layout::msix_control_function_mask, 0); }
void MsixTable::disable() { write_control(layout::msix_control_enable | layout::msix_control_function_mask, 0); }

} // namespace rootpool::host
