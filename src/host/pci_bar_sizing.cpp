#include "host/pci_bar_sizing.h"

#include "host/pci_layout.h"
#include "host/pci_log.h"

namespace rootpool::host {

std::uint32_t PciBarSizing::probe(unsigned offset, std::uint32_t original) {
    function_.write32(offset, ~0U);
    const std::uint32_t mask = function_.read32(offset);
    function_.write32(offset, original);
    return mask;
}

PciResource PciBarSizing::size_memory(unsigned offset, std::uint32_t original, std::uint32_t low, bool has_upper) {
    PciResource resource;
    resource.is_64bit = (low & layout::bar_type_mask) == layout::bar_type_64;
    resource.prefetchable = (low & layout::bar_prefetchable) != 0;
    resource.address = original & ~0xFU;
    std::uint64_t mask = low & ~0xFU;
    if (resource.is_64bit) {
        if (!has_upper) {
            pci_log(log_, device_, "reg 0x{:x}: invalid BAR (64-bit without an upper half)", offset);
            return {};
        }
        const std::uint32_t upper = function_.read32(offset + 4);
        resource.address |= std::uint64_t{upper} << 32U;
        mask |= std::uint64_t{probe(offset + 4, upper)} << 32U;
    }
    resource.size = mask & (~mask + 1); // lowest writable bit
    if (resource.size == 0) {
        pci_log(log_, device_, "reg 0x{:x}: invalid BAR (can't size)", offset);
        return {};
    }
    resource.address &= ~(resource.size - 1);
    return resource;
}

void PciBarSizing::size(unsigned first_offset, unsigned count, std::array<PciResource, 6>& into) {
    for (unsigned index = 0; index < count; ++index) {
        const unsigned offset = first_offset + 4 * index;
        const std::uint32_t original = function_.read32(offset);
        const std::uint32_t mask = probe(offset, original);
        if (mask == 0 || mask == ~0U) {
            continue; // not implemented, or the function is gone
        }
        if ((mask & layout::bar_io) != 0) {
            const std::uint32_t bits = mask & 0xFFFC;
            const std::uint32_t first = original & 0xFFFC;
            pci_log(log_, device_, "reg 0x{:x}: [io  0x{:04x}-0x{:04x}]", offset, first,
                    first + (bits & (~bits + 1)) - 1);
            continue;
        }
        PciResource resource = size_memory(offset, original, mask, index + 1 < count);
        if (resource.size != 0) {
            resource.assigned = true; // only to show the range that the BAR holds now
            pci_log(log_, device_, "reg 0x{:x}: {}", offset, to_string(resource));
            resource.assigned = false;
            into[index] = resource;
        }
        index += (mask & layout::bar_type_mask) == layout::bar_type_64 ? 1 : 0;
    }
}

} // namespace rootpool::host
