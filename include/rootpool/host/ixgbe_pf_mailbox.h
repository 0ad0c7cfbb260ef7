#pragma once

#include <cstdint>
#include <span>

#include "rootpool/host/ixgbe_registers.h"

namespace rootpool::host {

/// The PF's end of the mailboxes to its VFs (Linux ixgbe/ixgbe_mbx.c). Every call reads registers and may wait. `vf` is
/// below 64.
class IxgbePfMailbox {
public:
    static constexpr unsigned words = 16;

    explicit IxgbePfMailbox(IxgbeRegisters& registers) noexcept : registers_(registers) {}

    /// Causes that the VF raised; each call clears the cause it reports.
    [[nodiscard]] bool message_from(unsigned vf);
    [[nodiscard]] bool acknowledged_by(unsigned vf);
    [[nodiscard]] bool reset_of(unsigned vf);

    /// Takes the buffer, copies `into.size()` words, acknowledges. False when the VF holds the buffer.
    [[nodiscard]] bool read(unsigned vf, std::span<std::uint32_t> into);
    /// Takes the buffer, writes the words, raises STS. False when the VF holds the buffer.
    [[nodiscard]] bool write(unsigned vf, std::span<const std::uint32_t> from);
    /// Zeroes the words, whoever holds the buffer: no reset of a VF does (ixgbe_vf_clear_mbx).
    void clear(unsigned vf);

private:
    [[nodiscard]] bool take_cause(std::uint32_t offset, std::uint32_t bit);
    [[nodiscard]] bool obtain_lock(unsigned vf);

    IxgbeRegisters& registers_;
};

} // namespace rootpool::host
