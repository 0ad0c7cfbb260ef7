#pragma once

#include <cstdint>

#include "rootpool/host/hardware_access.h"
#include "rootpool/host/pci_device.h"

namespace rootpool::host {

/// The configuration space of one function, with the capability walk. Every call is a configuration request and waits.
class PciFunction {
public:
    PciFunction(ConfigAccess& access, pcie::Bdf bdf) noexcept : access_(access), bdf_(bdf) {}

    [[nodiscard]] std::uint8_t read8(unsigned offset);
    [[nodiscard]] std::uint16_t read16(unsigned offset);
    [[nodiscard]] std::uint32_t read32(unsigned offset);
    void write8(unsigned offset, std::uint8_t value);
    void write16(unsigned offset, std::uint16_t value);
    void write32(unsigned offset, std::uint32_t value);
    /// Read, clear the bits of `clear`, set those of `set`, write when that changes something.
    void modify16(unsigned offset, std::uint16_t clear, std::uint16_t set);

    /// Offset of a capability, 0 if absent. Ends after 48 links even if a hostile list loops (as Linux).
    [[nodiscard]] std::uint16_t find_capability(std::uint8_t id);
    /// The same for extended capabilities, at most 480 links.
    [[nodiscard]] std::uint16_t find_extended_capability(std::uint16_t id);

    [[nodiscard]] pcie::Bdf bdf() const noexcept { return bdf_; }

private:
    ConfigAccess& access_;
    pcie::Bdf bdf_;
};

} // namespace rootpool::host
