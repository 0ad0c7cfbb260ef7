#pragma once

#include "tests/reference/mutation.h"
#include "tests/reference/packet.h"

namespace rootpool::reference {

/// The receiver's half of the data link layer: checks sequence numbers and decides when an Ack or a Nak is to be sent
/// (PCIe base 3.6.3.1; docs/timing.md 2.4).
class ReceiveSequence {
public:
    ReceiveSequence(Tick ack_limit, Mutation mutation) noexcept : ack_limit_(ack_limit), mutation_(mutation) {}

    void reset() noexcept { *this = ReceiveSequence(ack_limit_, mutation_); }

    [[nodiscard]] bool expects(std::uint16_t sequence) const noexcept { return sequence == expected_; }
    /// Judges the TLP that is received now.
    [[nodiscard]] Verdict receive(std::uint16_t sequence, Fate fate, Tick now) noexcept;

    [[nodiscard]] bool nak_is_due() const noexcept { return naks_to_send_ > 0; }
    [[nodiscard]] bool ack_is_due(Tick now) const noexcept { return ack_due_ <= now; }
    /// Number for the Nak or Ack that starts now.
    [[nodiscard]] std::uint16_t take_nak() noexcept;
    [[nodiscard]] std::uint16_t take_ack() noexcept;

private:
    [[nodiscard]] std::uint16_t last_accepted() const noexcept;
    void accept(Tick now) noexcept;
    void schedule_nak() noexcept;

    Tick ack_limit_;
    Mutation mutation_;
    std::uint16_t expected_ = 0;
    bool nak_scheduled_ = false; ///< NAK_SCHEDULED: no further Nak until the expected TLP has come
    unsigned naks_to_send_ = 0;
    Tick ack_due_ = no_tick; ///< no_tick: no Ack is waiting
};

} // namespace rootpool::reference
