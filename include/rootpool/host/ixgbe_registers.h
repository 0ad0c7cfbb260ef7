#pragma once

#include <cstdint>

#include "rootpool/host/hardware_access.h"

namespace rootpool::host {

/// BAR0 of a PF or VF as its driver uses it. Reads wait; writes are posted.
class IxgbeRegisters {
public:
    IxgbeRegisters(MmioAccess& mmio, std::uint64_t base) noexcept : mmio_(mmio), base_(base) {}

    [[nodiscard]] std::uint32_t read(std::uint32_t offset) { return mmio_.read32(base_ + offset); }
    void write(std::uint32_t offset, std::uint32_t value) { mmio_.write32(base_ + offset, value); }
    /// A 64-bit value in two registers, low half first.
    void write64(std::uint32_t low_offset, std::uint64_t value) {
        write(low_offset, static_cast<std::uint32_t>(value));
        write(low_offset + 4, static_cast<std::uint32_t>(value >> 32U));
    }
    void modify(std::uint32_t offset, std::uint32_t clear, std::uint32_t set) {
        write(offset, (read(offset) & ~clear) | set);
    }
    /// Reads `offset` until the bits of `mask` equal `expected`, at most `tries` times with `pause` between. False:
    /// they never did.
    [[nodiscard]] bool poll(Sleeper& sleeper, std::uint32_t offset, std::uint32_t mask, std::uint32_t expected,
                            unsigned tries, SimTime pause);

private:
    MmioAccess& mmio_;
    std::uint64_t base_;
};

} // namespace rootpool::host
