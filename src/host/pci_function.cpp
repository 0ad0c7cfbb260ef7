#include "rootpool/host/pci_function.h"

#include "host/pci_layout.h"

namespace rootpool::host {
namespace {
constexpr unsigned capability_links = 48;             // Linux PCI_FIND_CAP_TTL
constexpr unsigned extended_links = (4096 - 256) / 8; // the most that fit
} // namespace

std::uint8_t PciFunction::read8(unsigned offset) {
    return static_cast<std::uint8_t>(access_.read(bdf_, static_cast<std::uint16_t>(offset), 1));
}
std::uint16_t PciFunction::read16(unsigned offset) {
    return static_cast<std::uint16_t>(access_.read(bdf_, static_cast<std::uint16_t>(offset), 2));
}
std::uint32_t PciFunction::read32(unsigned offset) { return access_.read(bdf_, static_cast<std::uint16_t>(offset), 4); }
void PciFunction::write8(unsigned offset, std::uint8_t value) {
    access_.write(bdf_, static_cast<std::uint16_t>(offset), 1, value);
}
void PciFunction::write16(unsigned offset, std::uint16_t value) {
    access_.write(bdf_, static_cast<std::uint16_t>(offset), 2, value);
}
void PciFunction::write32(unsigned offset, std::uint32_t value) {
    access_.write(bdf_, static_cast<std::uint16_t>(offset), 4, value);
}

void PciFunction::modify16(unsigned offset, std::uint16_t clear, std::uint16_t set) {
    const std::uint16_t before = read16(offset);
    const auto after = static_cast<std::uint16_t>((before & ~clear) | set);
    if (after != before) {
        write16(offset, after);
    }
}

std::uint16_t PciFunction::find_capability(std::uint8_t id) {
    if ((read16(layout::status) & layout::status_capabilities) == 0) {
        return 0;
    }
    std::uint8_t at = read8(layout::capabilities_pointer);
    for (unsigned link = 0; link < capability_links && at >= 0x40; ++link) {
        at &= 0xFC;
        const std::uint16_t entry = read16(at);
        const auto found = static_cast<std::uint8_t>(entry);
        if (found == 0xFF) {
            return 0; // the function is gone
        }
        if (found == id) {
            return at;
        }
        at = static_cast<std::uint8_t>(entry >> 8U);
    }
    return 0;
}

std::uint16_t PciFunction::find_extended_capability(std::uint16_t id) {
    std::uint16_t at = 0x100;
    for (unsigned link = 0; link < extended_links && at >= 0x100; ++link) {
        const std::uint32_t header = read32(at);
        if (header == 0 || header == ~0U) {
            return 0;
        }
        if ((header & 0xFFFF) == id) {
            return at;
        }
        at = static_cast<std::uint16_t>(header >> 20U & 0xFFC);
    }
    return 0;
}

} // namespace rootpool::host
