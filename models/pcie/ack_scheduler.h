#pragma once

#include <algorithm>
#include <cstdint>

#include "models/pcie/retry_buffer.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/pcie/link_clock.h"
#include "rootpool/pcie/link_faults.h"
#include "rootpool/pcie/link_observer.h"

namespace rootpool::models {

/// The receiving half of the data link layer: which TLPs it accepts, and when it acknowledges them (PCIe base 3.6.3,
/// docs/timing.md 2.4).
class AckScheduler {
public:
    struct Verdict {
        pcie::Reception reception = pcie::Reception::accepted;
        bool schedules_nak = false;
    };

    explicit AckScheduler(pcie::LinkTick ack_limit) noexcept : ack_limit_(ack_limit) {}

    /// Whether a TLP that starts now has the number that will be expected.
    [[nodiscard]] bool expects(std::uint16_t sequence) const noexcept { return sequence == expected_; }
    /// What becomes of a TLP. Packets do not overtake each other, so it is certain as soon as the TLP starts; to be
    /// called in the order of the starts.
    [[nodiscard]] Verdict judge(std::uint16_t sequence, pcie::PacketFate fate) noexcept {
        if (fate == pcie::PacketFate::dropped) {
            return {pcie::Reception::lost, false};
        }
        if (fate == pcie::PacketFate::nullified) {
            return {pcie::Reception::nullified, false};
        }
        if (fate == pcie::PacketFate::intact && sequence == expected_) {
            expected_ = (expected_ + 1U) & sequence_mask;
            nak_scheduled_ = false;
            return {};
        }
        const bool before = ((expected_ - sequence) & sequence_mask) <= duplicate_window;
        if (fate == pcie::PacketFate::intact && before) {
            return {pcie::Reception::duplicate, false};
        }
        const bool first = !nak_scheduled_;
        nak_scheduled_ = true;
        return {fate == pcie::PacketFate::intact ? pcie::Reception::out_of_sequence : pcie::Reception::bad, first};
    }

    /// A TLP that is accepted will have been received at `at`; receptions are in order. Whether an Ack became due
    /// earlier by it.
    bool will_receive(std::uint16_t sequence, pcie::LinkTick at) {
        const bool first = arrivals_.empty();
        if (first) {
            ack_from_ = std::min(ack_from_, at + ack_limit_);
        }
        arrivals_.push({at, sequence});
        return first;
    }
    /// A TLP that is not accepted was received at `at`. Whether an Ack or Nak became due earlier by it.
    bool received(const Verdict& verdict, pcie::LinkTick at) noexcept {
        const pcie::LinkTick ack_from = ack_from_;
        if (verdict.reception == pcie::Reception::duplicate) {
            ack_from_ = std::min(ack_from_, at + 1);
        } else if (verdict.schedules_nak) {
            nak_from_ = at + 1;
        }
        return ack_from_ != ack_from || verdict.schedules_nak;
    }

    /// The first tick at which a Nak or an Ack may start; no_tick: there is none.
    [[nodiscard]] pcie::LinkTick nak_from() const noexcept { return nak_from_; }
    [[nodiscard]] pcie::LinkTick ack_from() const noexcept { return ack_from_; }
    /// The same of either.
    [[nodiscard]] pcie::LinkTick due_from() const noexcept { return std::min(nak_from_, ack_from_); }
    /// One of them starts at `tick`. The sequence number that it carries.
    std::uint16_t send(pcie::LinkTick tick) noexcept {
        while (!arrivals_.empty() && arrivals_.front().at < tick) {
            last_accepted_ = arrivals_.front().sequence;
            arrivals_.pop_front();
        }
        nak_from_ = pcie::no_tick;
        ack_from_ = arrivals_.empty() ? pcie::no_tick : arrivals_.front().at + ack_limit_;
        return last_accepted_;
    }
    void reset() { *this = AckScheduler(ack_limit_); }

private:
    static constexpr unsigned duplicate_window = 2048;
    struct Arrival {
        pcie::LinkTick at = 0;
        std::uint16_t sequence = 0;
    };

    pcie::LinkTick ack_limit_;
    // As the packets on their way will leave it.
    std::uint16_t expected_ = 0;
    bool nak_scheduled_ = false;
    core::RingQueue<Arrival> arrivals_; ///< of accepted TLPs that no Ack covers yet
    // As of the last Ack or Nak, and of what is due since.
    std::uint16_t last_accepted_ = sequence_mask;
    pcie::LinkTick nak_from_ = pcie::no_tick;
    pcie::LinkTick ack_from_ = pcie::no_tick;
};

} // namespace rootpool::models
