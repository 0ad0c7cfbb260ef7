#include "rootpool/net/tcp_send_side.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr unsigned duplicate_threshold = 3;
constexpr unsigned limited_transmit = 2; ///< RFC 3042: segments beyond the window on the first two duplicate ACKs
constexpr TcpPosition defer_divisor = 3; ///< sysctl_tcp_tso_win_divisor

} // namespace

TcpSendSide::TcpSendSide(const TcpParameters& parameters, TcpCounters& counters) noexcept
    : counters_(counters), tso_maximum_(parameters.tso_maximum), no_delay_(parameters.no_delay), mss_(parameters.mss),
      rtt_(parameters), congestion_(parameters.initial_window) {}

void TcpSendSide::open(std::uint16_t mss, std::uint32_t window) noexcept {
    mss_ = std::max<std::uint16_t>(mss, 1);
    tso_maximum_ = std::max<std::uint32_t>(tso_maximum_ / mss_ * mss_, mss_);
    window_ = window;
    window_edge_ = unacknowledged_ + window;
}

void TcpSendSide::on_syn_sent(SimTime now) noexcept {
    if (highest_ == 0) {
        timed_end_ = 1;
        timed_at_ = now;
    } else {
        timed_end_.reset(); // Karn: a retransmitted segment is not timed
    }
    next_ = highest_ = 1;
    last_sent_ = now;
}

std::uint32_t TcpSendSide::segments(TcpPosition bytes) const noexcept {
    return static_cast<std::uint32_t>((bytes + mss_ - 1) / mss_);
}

AckResult TcpSendSide::on_ack(TcpPosition acknowledgment, TcpPosition segment, std::uint32_t window, bool pure,
                              std::optional<SimTime> measured, SimTime now) noexcept {
    AckResult result;
    if (acknowledgment > highest_) {
        result.unsent = true;
        return result;
    }
    if (acknowledgment < unacknowledged_) {
        return result;
    }
    const bool window_changed = window != window_;
    update_window(acknowledgment, segment, window);
    if (acknowledgment > unacknowledged_) {
        measure(acknowledgment, measured, now);
        on_new_data_acknowledged(acknowledgment, result);
    } else if (pure && !window_changed && in_flight()) {
        on_duplicate_ack(result);
    }
    return result;
}

void TcpSendSide::update_window(TcpPosition acknowledgment, TcpPosition segment, std::uint32_t window) noexcept {
    // Linux tcp_may_update_window: old segments must not bring an old window back
    if (acknowledgment > unacknowledged_ || segment > window_segment_ ||
        (segment == window_segment_ && window > window_)) {
        if (window == 0 && window_ != 0) {
            ++counters_.zero_windows_received;
        }
        window_segment_ = segment;
        window_ = window;
        window_edge_ = acknowledgment + window;
    }
}

void TcpSendSide::measure(TcpPosition acknowledgment, std::optional<SimTime> measured, SimTime now) noexcept {
    if (!measured && timed_end_ && acknowledgment >= *timed_end_) {
        measured = now - timed_at_;
        timed_end_.reset();
    }
    if (measured) {
        rtt_.sample(*measured);
    }
}

void TcpSendSide::on_new_data_acknowledged(TcpPosition acknowledgment, AckResult& result) noexcept {
    const std::uint32_t before = flight_segments();
    const std::uint32_t acked = segments(acknowledgment - unacknowledged_);
    const bool handshake = unacknowledged_ == 0;
    unacknowledged_ = acknowledgment;
    next_ = std::max(next_, acknowledgment);
    result.advanced = true;
    duplicate_acks_ = 0;
    if (handshake) {
        return; // the SYN is no data: the initial window stays
    }
    if (!congestion_.in_recovery()) {
        congestion_.on_ack(acked, before, mss_);
    } else if (acknowledgment >= recover_) {
        congestion_.leave_recovery(flight_segments());
    } else {
        congestion_.on_partial_ack(acked);
        result.retransmit_first = true;
    }
}

void TcpSendSide::on_duplicate_ack(AckResult& result) noexcept {
    ++counters_.duplicate_acks;
    if (congestion_.in_recovery()) {
        congestion_.inflate();
        return;
    }
    ++duplicate_acks_;
    // RFC 6582 3.2 step 1: not for what was already in flight at the last loss event
    if (duplicate_acks_ == duplicate_threshold && unacknowledged_ >= recover_ && next_ == highest_) {
        recover_ = highest_;
        congestion_.enter_recovery(flight_segments());
        ++counters_.fast_retransmits;
        result.retransmit_first = true;
    }
}

SendRange TcpSendSide::range(TcpPosition first, TcpPosition length) const noexcept {
    const bool last = first + length == end_;
    return {first, static_cast<std::uint32_t>(length), closing_ && last, last && length != 0};
}

bool TcpSendSide::nagle_holds() const noexcept {
    // Minshall's variant, as Linux: only an unacknowledged small segment holds the next small one back
    return !no_delay_ && !closing_ && small_end_ > unacknowledged_;
}

bool TcpSendSide::defer_tso(TcpPosition room) const noexcept {
    // Linux tcp_tso_should_defer: a window that opens in small steps is collected until a third of it can go out at
    // once
    if (congestion_.in_recovery() || next_ < highest_ || room >= tso_maximum_ || room >= end_ - next_) {
        return false;
    }
    const auto whole = std::min(TcpPosition{window_}, TcpPosition{congestion_.window()} * mss_);
    return room < whole / defer_divisor;
}

std::optional<SendRange> TcpSendSide::next_range() const noexcept {
    const TcpPosition waiting = end_ - next_;
    if (waiting <= 0) {
        return closing_ && waiting == 0 ? std::optional(range(next_, 0)) : std::nullopt;
    }
    const std::uint32_t allowed =
        congestion_.window() + (congestion_.in_recovery() ? 0 : std::min(duplicate_acks_, limited_transmit));
    const std::uint32_t flight = flight_segments();
    if (flight >= allowed) {
        return std::nullopt;
    }
    const TcpPosition room = std::min(window_edge_ - next_, TcpPosition{allowed - flight} * mss_);
    TcpPosition length = std::min({waiting, room, TcpPosition{tso_maximum_}});
    if (length <= 0) {
        return std::nullopt;
    }
    if (length < waiting || length > mss_) {
        length -= length % mss_; // silly window avoidance; a tail below one MSS goes out by itself
    } else if (length < mss_ && nagle_holds()) {
        return std::nullopt;
    }
    if (length == 0 || (length > mss_ && defer_tso(room))) {
        return std::nullopt;
    }
    return range(next_, length);
}

SendRange TcpSendSide::first_range() const noexcept {
    const TcpPosition sent_data = std::min(highest_, end_) - unacknowledged_;
    return range(unacknowledged_, std::clamp(sent_data, TcpPosition{0}, TcpPosition{mss_}));
}

std::optional<SendRange> TcpSendSide::probe_range() const noexcept {
    const TcpPosition length = std::min({window_edge_ - next_, end_ - next_, TcpPosition{mss_}});
    return length > 0 ? std::optional(range(next_, length)) : std::nullopt;
}

void TcpSendSide::on_sent(const SendRange& range, SimTime now) noexcept {
    const TcpPosition end = range.first + range.length + (range.fin ? 1 : 0);
    if (range.first < highest_) {
        ++counters_.retransmissions;
        timed_end_.reset();
    } else if (!timed_end_) {
        timed_end_ = end;
        timed_at_ = now;
    }
    if (range.length % mss_ != 0) {
        small_end_ = range.first + range.length;
    }
    counters_.bytes_sent += range.length;
    next_ = std::max(next_, end);
    highest_ = std::max(highest_, end);
    last_sent_ = now;
}

void TcpSendSide::on_timeout() noexcept {
    ++counters_.timeouts;
    rtt_.back_off();
    timed_end_.reset();
    if (unacknowledged_ == 0) {
        return; // of the SYN: there is no window yet
    }
    congestion_.on_timeout(segments(highest_ - unacknowledged_));
    recover_ = highest_;
    duplicate_acks_ = 0;
    next_ = unacknowledged_;
}

void TcpSendSide::restart_after_idle(SimTime now) noexcept {
    if (stuck() && now - last_sent_ > rtt_.rto()) {
        congestion_.restart(now - last_sent_, rtt_.rto());
    }
}

} // namespace rootpool::net
