#pragma once

#include <algorithm>
#include <cstdint>

#include "models/pcie/retry_buffer.h"
#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// The sending half of the data link layer: retry buffer, REPLAY_TIMER and REPLAY_NUM (PCIe base 3.6.2,
/// docs/timing.md 2.5).
class ReplayControl {
public:
    explicit ReplayControl(pcie::LinkTick replay_limit) noexcept : limit_(replay_limit) {}

    [[nodiscard]] RetryBuffer& buffer() noexcept { return buffer_; }
    [[nodiscard]] const RetryBuffer& buffer() const noexcept { return buffer_; }
    [[nodiscard]] bool replaying() const noexcept { return from_ != pcie::no_tick; }
    /// The first tick at which a TLP may be sent again; no_tick: no replay is under way.
    [[nodiscard]] pcie::LinkTick from() const noexcept { return from_; }
    [[nodiscard]] pcie::LinkTick expires_at() const noexcept { return expires_at_; }
    /// REPLAY_NUM is not 0: what is replayed has failed, and another failure may come to a retraining.
    [[nodiscard]] bool counts_causes() const noexcept { return causes_ != 0; }

    /// The TLP that is sent again now.
    [[nodiscard]] RetryBuffer::Entry& next() noexcept {
        RetryBuffer::Entry& entry = buffer_[next_++];
        if (next_ == buffer_.size()) {
            from_ = pcie::no_tick;
        }
        return entry;
    }
    /// A TLP starts at `start` and ends at `end`.
    void sent(RetryBuffer::Entry& entry, pcie::LinkTick start, pcie::LinkTick end) noexcept {
        entry.start = start;
        entry.end = end;
        if (expires_at_ == pcie::no_tick) {
            start_timer(end);
        }
    }
    /// An Ack or Nak came at `at`. Whether it covered anything.
    bool acknowledged(std::uint16_t sequence, pcie::LinkTick at) {
        const std::size_t covered = buffer_.acknowledge(sequence);
        if (covered == 0) {
            return false;
        }
        causes_ = 0;
        if (buffer_.empty()) {
            expires_at_ = pcie::no_tick;
        } else { // TLPs may have been started in advance
            start_timer(buffer_[0].start > at ? buffer_[0].end : at);
        }
        next_ -= covered < next_ ? covered : next_;
        if (next_ >= buffer_.size()) {
            from_ = pcie::no_tick;
        }
        return true;
    }
    /// A Nak or the timer demands a replay at `at`. Whether the link has to be retrained first.
    [[nodiscard]] bool start(pcie::LinkTick at) noexcept {
        next_ = 0;
        from_ = at + 1;
        expires_at_ = pcie::no_tick;
        causes_ = (causes_ + 1) % causes_until_retrain;
        return causes_ == 0;
    }
    /// The link is retrained: ticks from `from` to before `until` do not count for the timer. `from` is after all that
    /// happened, but Acks that were received before it may become known later.
    void hold(pcie::LinkTick from, pcie::LinkTick until) noexcept {
        if (from >= held_until_) {
            started_ = expires_at_ - limit_; // as if it had run since, without the last hold
            held_from_ = from;
        }
        held_until_ = std::max(held_until_, until);
        const bool has_expired = expires_at_ < from; // at the tick of the cause, as the timer of the other end
        if (expires_at_ != pcie::no_tick && !has_expired) {
            start_timer(started_);
        }
    }
    void reset() { *this = ReplayControl(limit_); }

private:
    static constexpr unsigned causes_until_retrain = 4; ///< REPLAY_NUM has 2 bits

    void start_timer(pcie::LinkTick at) noexcept {
        started_ = at;
        const pcie::LinkTick counts_from = at < held_from_    ? at + held_until_ - held_from_
                                           : at < held_until_ ? held_until_ - 1
                                                              : at;
        expires_at_ = counts_from + limit_;
    }

    pcie::LinkTick limit_;
    RetryBuffer buffer_;
    pcie::LinkTick from_ = pcie::no_tick;
    pcie::LinkTick expires_at_ = pcie::no_tick;
    pcie::LinkTick started_ = 0; ///< the timer, if it runs
    // The last retraining.
    pcie::LinkTick held_from_ = 0;
    pcie::LinkTick held_until_ = 0;
    std::size_t next_ = 0; ///< of the replay
    unsigned causes_ = 0;
};

} // namespace rootpool::models
