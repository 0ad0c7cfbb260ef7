#pragma once

#include <cstdint>
#include <span>

#include "rootpool/host/ixgbe_registers.h"

namespace rootpool::host {

/// The VF's end of the mailbox to its PF (Linux ixgbevf/mbx.c). PFSTS, PFACK and RSTD are cleared by any read of
/// VFMAILBOX, so they are latched here. Every call reads registers and may wait.
class IxgbevfMailbox {
public:
    IxgbevfMailbox(IxgbeRegisters& registers, Sleeper& sleeper) noexcept : registers_(registers), sleeper_(sleeper) {}

    /// Puts the words into the mailbox and raises REQ. False when the PF holds the buffer.
    [[nodiscard]] bool write(std::span<const std::uint32_t> words);
    /// write(), then waits for the PF's acknowledgement.
    [[nodiscard]] bool write_posted(std::span<const std::uint32_t> words);
    /// Takes the message that is there and acknowledges it.
    [[nodiscard]] bool read(std::span<std::uint32_t> words);
    /// Waits for a message, then read().
    [[nodiscard]] bool read_posted(std::span<std::uint32_t> words);

    [[nodiscard]] bool message_waiting();
    [[nodiscard]] bool acknowledged();
    /// The PF is in reset (RSTI), or came out of it since the last call (RSTD).
    [[nodiscard]] bool reset_seen();

    /// Polls of 500 us before a posted call gives up; 0 = fail at once, as the driver sets it after a failure.
    void set_timeout(unsigned polls) noexcept { timeout_polls_ = polls; }
    [[nodiscard]] unsigned timeout() const noexcept { return timeout_polls_; }
    /// Word 0 as it lies there, without taking the buffer (the driver's link check does so).
    [[nodiscard]] std::uint32_t peek();

private:
    [[nodiscard]] std::uint32_t status();
    [[nodiscard]] bool take_latched(std::uint32_t bits);
    [[nodiscard]] bool obtain_lock();
    template <typename Condition>
    [[nodiscard]] bool wait_for(Condition condition);

    IxgbeRegisters& registers_;
    Sleeper& sleeper_;
    unsigned timeout_polls_ = 0;
    std::uint32_t latched_ = 0;
};

} // namespace rootpool::host
