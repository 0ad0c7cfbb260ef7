#include "tests/reference/receive_sequence.h"

namespace rootpool::reference {

namespace {
constexpr unsigned duplicate_window = 2048; // PCIe base 3.6.3.1
}

Verdict ReceiveSequence::receive(std::uint16_t sequence, Fate fate, Tick now) noexcept {
    if (fate == Fate::nullified) {
        return Verdict::nullified;
    }
    if (fate == Fate::corrupted) {
        schedule_nak();
        return Verdict::bad;
    }
    const unsigned behind = (expected_ - sequence) & sequence_mask;
    if (behind == 0) {
        accept(now);
        return Verdict::accepted;
    }
    if (behind <= duplicate_window) {
        if (mutation_ != Mutation::duplicate_not_acknowledged) {
            ack_due_ = now;
        }
        return Verdict::duplicate;
    }
    schedule_nak();
    return Verdict::out_of_sequence;
}

void ReceiveSequence::accept(Tick now) noexcept {
    expected_ = static_cast<std::uint16_t>((expected_ + 1U) & sequence_mask);
    if (mutation_ != Mutation::nak_scheduled_kept) {
        nak_scheduled_ = false;
    }
    if (ack_due_ == no_tick) {
        ack_due_ = now + ack_limit_;
    }
}

void ReceiveSequence::schedule_nak() noexcept {
    if (mutation_ == Mutation::nak_sent_for_each_bad_tlp) {
        ++naks_to_send_;
    } else if (!nak_scheduled_) {
        naks_to_send_ = 1; // one that still waits stands for this one too
    }
    nak_scheduled_ = true;
}

std::uint16_t ReceiveSequence::take_nak() noexcept {
    --naks_to_send_;
    if (mutation_ != Mutation::nak_keeps_waiting_ack) {
        ack_due_ = no_tick;
    }
    return last_accepted();
}

std::uint16_t ReceiveSequence::take_ack() noexcept {
    ack_due_ = no_tick;
    return last_accepted();
}

std::uint16_t ReceiveSequence::last_accepted() const noexcept {
    const unsigned back = mutation_ == Mutation::ack_number_one_less ? 2 : 1;
    return static_cast<std::uint16_t>((expected_ - back) & sequence_mask);
}

} // namespace rootpool::reference
