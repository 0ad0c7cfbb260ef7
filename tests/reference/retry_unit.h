#pragma once

#include <deque>

#include "tests/reference/mutation.h"
#include "tests/reference/packet.h"

namespace rootpool::reference {

/// The transmitter's half of the data link layer: retry buffer, replay timer and REPLAY_NUM (PCIe base 3.6.2.1;
/// docs/timing.md 2.5).
class RetryUnit {
public:
    /// What follows from a cause of a replay.
    enum class Outcome : std::uint8_t { nothing, replay, replay_and_retrain };

    RetryUnit(Tick replay_limit, Mutation mutation) noexcept : replay_limit_(replay_limit), mutation_(mutation) {}

    void reset();

    /// Another TLP may start for the first time.
    [[nodiscard]] bool has_room() const noexcept { return buffer_.size() < capacity; }
    [[nodiscard]] bool is_replaying() const noexcept { return left_to_replay_ > 0; }

    /// That the next new TLP gets.
    [[nodiscard]] std::uint16_t next_sequence() const noexcept { return next_sequence_; }
    /// A nullified TLP uses the number up: a mistake.
    void skip_sequence() noexcept {
        next_sequence_ = static_cast<std::uint16_t>((next_sequence_ + 1U) & sequence_mask);
    }
    /// Gives a new TLP its sequence number. It starts now and ends at `end`.
    [[nodiscard]] Packet take_new(pcie::TlpPtr tlp, Tick end);
    /// The next TLP of the replay that is under way.
    [[nodiscard]] const Packet& replayed() const noexcept { return buffer_[buffer_.size() - left_to_replay_]; }
    /// It starts now and ends at `end`.
    void replay_started(Tick end) noexcept;

    /// The wire is free: the TLP on it, if there was one, has ended and starts the timer if that does not run. Before
    /// another TLP starts at this tick.
    void end_tlp(Tick now) noexcept {
        if (now == tlp_ends_) {
            tlp_ends_ = no_tick;
            if (expires_ == no_tick && !buffer_.empty()) {
                start_timer(now);
            }
        }
    }

    void receive_ack(std::uint16_t sequence, Tick now) noexcept;
    [[nodiscard]] Outcome receive_nak(std::uint16_t sequence, Tick now) noexcept;

    /// A TLP ends at this tick, or the replay timer has run out.
    [[nodiscard]] bool has_timer_event(Tick now) const noexcept { return tlp_ends_ <= now || expires_ <= now; }
    /// The replay timer at the end of a tick, after its receptions.
    [[nodiscard]] Outcome run_timer(Tick now) noexcept;
    /// A tick in Recovery, before its receptions: it does not count for the timer (PCIe base 3.6.2.1).
    void hold_timer() noexcept {
        if (expires_ != no_tick && mutation_ != Mutation::replay_timer_runs_in_recovery) {
            ++expires_;
        }
    }

private:
    static constexpr std::size_t capacity = 2047;

    void acknowledge(std::uint16_t sequence, Tick now) noexcept;
    [[nodiscard]] Outcome cause_replay() noexcept;
    void start_timer(Tick now) noexcept { expires_ = now + replay_limit_; }

    Tick replay_limit_;
    Mutation mutation_;
    std::deque<Packet> buffer_;      ///< unacknowledged, the oldest first
    std::size_t left_to_replay_ = 0; ///< that many, at the end of buffer_
    std::uint16_t next_sequence_ = 0;
    unsigned replay_num_ = 0;
    Tick tlp_ends_ = no_tick; ///< the TLP on the wire that starts the timer when it ends
    Tick expires_ = no_tick;  ///< no_tick: the timer does not run
};

} // namespace rootpool::reference
