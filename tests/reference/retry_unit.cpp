#include "tests/reference/retry_unit.h"

#include <algorithm>

namespace rootpool::reference {

void RetryUnit::reset() { *this = RetryUnit(replay_limit_, mutation_); }

Packet RetryUnit::take_new(pcie::TlpPtr tlp, Tick end) {
    Packet packet;
    packet.kind = PacketKind::new_tlp;
    packet.sequence = next_sequence_;
    packet.tlp = std::move(tlp);
    next_sequence_ = static_cast<std::uint16_t>((next_sequence_ + 1U) & sequence_mask);

    buffer_.push_back(packet);
    buffer_.back().kind = PacketKind::replayed_tlp;
    tlp_ends_ = end;
    return packet;
}

void RetryUnit::replay_started(Tick end) noexcept {
    --left_to_replay_;
    tlp_ends_ = end;
}

void RetryUnit::receive_ack(std::uint16_t sequence, Tick now) noexcept { acknowledge(sequence, now); }

RetryUnit::Outcome RetryUnit::receive_nak(std::uint16_t sequence, Tick now) noexcept {
    acknowledge(sequence, now);
    return buffer_.empty() ? Outcome::nothing : cause_replay();
}

void RetryUnit::acknowledge(std::uint16_t sequence, Tick now) noexcept {
    if (buffer_.empty()) {
        return;
    }
    const std::size_t covered = (sequence + 1U - buffer_.front().sequence) & sequence_mask;
    if (covered == 0 || covered > buffer_.size()) {
        return; // an old number, repeated
    }
    if (mutation_ == Mutation::timer_before_progress && expires_ <= now) {
        (void)cause_replay();
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(covered));
    left_to_replay_ = std::min(left_to_replay_, buffer_.size());
    replay_num_ = 0;
    if (buffer_.empty()) {
        expires_ = no_tick;
    } else if (mutation_ != Mutation::replay_timer_not_restarted) {
        start_timer(now);
    }
}

RetryUnit::Outcome RetryUnit::cause_replay() noexcept {
    const unsigned rollover = mutation_ == Mutation::replay_num_limit_three ? 3 : 4;
    left_to_replay_ = buffer_.size();
    expires_ = no_tick;
    tlp_ends_ = no_tick; // only a TLP that is sent again starts the timer
    replay_num_ = (replay_num_ + 1) % rollover;
    return replay_num_ == 0 ? Outcome::replay_and_retrain : Outcome::replay;
}

RetryUnit::Outcome RetryUnit::run_timer(Tick now) noexcept {
    end_tlp(now);
    return expires_ <= now ? cause_replay() : Outcome::nothing;
}

} // namespace rootpool::reference
