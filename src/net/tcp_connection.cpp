#include "rootpool/net/tcp_connection.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr std::uint16_t default_mss = 536; ///< RFC 1122 4.2.2.6: without an MSS option
constexpr std::uint16_t least_mss = 88;    ///< Linux TCP_MIN_MSS
constexpr std::uint16_t timestamps_bytes = 12;

} // namespace

TcpConnection::TcpConnection(const TcpParameters& parameters, TcpTransmitter& transmitter,
                             std::uint32_t initial_sequence) noexcept
    : parameters_(parameters), transmitter_(transmitter), timers_(parameters.tick), ours_(initial_sequence),
      send_(parameters, counters_), receive_(parameters), timestamps_(parameters.timestamps),
      scaling_(parameters.window_scaling) {}

void TcpConnection::connect(SimTime now) {
    state_ = TcpState::syn_sent;
    send_syn(now);
}

void TcpConnection::accept(const TcpIncomingSegment& syn, SimTime now) {
    ++counters_.segments_received;
    negotiate(syn);
    state_ = TcpState::syn_received;
    send_syn(now);
}

void TcpConnection::negotiate(const TcpIncomingSegment& syn) {
    theirs_ = SequenceSpace(syn.sequence);
    timestamps_ = timestamps_ && syn.options.timestamps.has_value();
    scaling_ = scaling_ && syn.options.window_scale.has_value();
    recent_timestamp_ = timestamps_ ? syn.options.timestamps->value : 0;
    peer_scale_ = scaling_ ? *syn.options.window_scale : std::uint8_t{0};
    const unsigned mss = std::min(syn.options.mss.value_or(default_mss), parameters_.mss);
    send_.open(static_cast<std::uint16_t>(std::max<unsigned>(mss, least_mss) - (timestamps_ ? timestamps_bytes : 0)),
               syn.window);
    receive_.open(scaling_);
}

TcpAcceptedData TcpConnection::on_segment(const TcpIncomingSegment& segment, SimTime now) {
    ++counters_.segments_received;
    if (state_ == TcpState::closed) {
        return {};
    }
    if (state_ == TcpState::syn_sent) {
        on_segment_in_syn_sent(segment, now);
        return {};
    }
    const TcpPosition first = theirs_.position(segment.sequence, receive_.next());
    if (!check_segment(segment, first, now) || !take_acknowledgment(segment, first, now)) {
        return {};
    }
    const TcpAcceptedData accepted = take_data(segment, first, now);
    advance_state(now);
    push(now);
    return accepted;
}

void TcpConnection::on_segment_in_syn_sent(const TcpIncomingSegment& segment, SimTime now) {
    if (segment.flags.ack && ours_.position(segment.acknowledgment, 1) != 1) {
        ++counters_.unacceptable; // of an earlier connection
        return;
    }
    if (segment.flags.rst) {
        if (segment.flags.ack) {
            finish(TcpCloseReason::refused);
        }
        return;
    }
    if (!segment.flags.syn) {
        return;
    }
    negotiate(segment);
    if (!segment.flags.ack) { // both ends opened at once (RFC 793 figure 8)
        state_ = TcpState::syn_received;
        send_syn(now);
        return;
    }
    static_cast<void>(
        send_.on_ack(1, 0, segment.window, false, echoed_round_trip(segment, now), now)); // cannot ask for anything yet
    timers_.stop(TcpTimer::retransmit);
    retries_ = 0;
    state_ = TcpState::established;
    send_ack(now);
}

bool TcpConnection::check_segment(const TcpIncomingSegment& segment, TcpPosition first, SimTime now) {
    if (segment.flags.syn && first == 0 && state_ == TcpState::syn_received && !segment.flags.ack) {
        send_syn(now); // our answer was lost
        return false;
    }
    // RFC 7323 5.3 R1: a timestamp from the past belongs to an old duplicate
    const bool old_duplicate = timestamps_ && segment.options.timestamps && !segment.flags.rst &&
                               static_cast<std::int32_t>(segment.options.timestamps->value - recent_timestamp_) < 0;
    if (old_duplicate || !receive_.acceptable(first, segment.length)) {
        if (segment.length != 0 && !old_duplicate && first < receive_.next()) {
            ++counters_.old_data;
        } else {
            ++counters_.unacceptable;
        }
        if (!segment.flags.rst) {
            if (state_ == TcpState::time_wait) {
                enter_time_wait(now); // RFC 793 3.9: a FIN again restarts the wait
            }
            send_ack(now);
        }
        return false;
    }
    if (segment.flags.rst) {
        finish(state_ == TcpState::syn_received ? TcpCloseReason::refused
               : state_ == TcpState::time_wait  ? TcpCloseReason::finished
                                                : TcpCloseReason::reset);
        return false;
    }
    if (segment.flags.syn && state_ != TcpState::syn_received) {
        send_ack(now); // RFC 5961 4.2: challenge
        return false;
    }
    if (timestamps_ && segment.options.timestamps && first <= last_acknowledged_) {
        recent_timestamp_ = segment.options.timestamps->value; // RFC 7323 4.3 (2)
    }
    return segment.flags.ack;
}

bool TcpConnection::take_acknowledgment(const TcpIncomingSegment& segment, TcpPosition first, SimTime now) {
    const TcpPosition acknowledgment = ours_.position(segment.acknowledgment, send_.unacknowledged());
    const std::uint32_t window = std::uint32_t{segment.window} << (segment.flags.syn ? 0U : peer_scale_);
    const bool pure = segment.length == 0 && !segment.flags.syn && !segment.flags.fin;
    const bool was_stuck = send_.stuck();
    const AckResult result = send_.on_ack(acknowledgment, first, window, pure, echoed_round_trip(segment, now), now);
    if (result.unsent) {
        ++counters_.unacceptable;
        send_ack(now);
        return false;
    }
    if (result.advanced) {
        timers_.stop(TcpTimer::retransmit); // started anew by arm_timers
        retries_ = 0;
    } else if (was_stuck) {
        retries_ = 0; // a window probe was answered
        if (window != 0) {
            send_.rtt().reset_back_off();
            timers_.stop(TcpTimer::persist);
        }
    }
    if (state_ == TcpState::syn_received) {
        if (send_.unacknowledged() == 0) {
            return false;
        }
        state_ = closing_ ? TcpState::fin_wait_1 : TcpState::established;
    }
    if (result.retransmit_first) {
        send_range(send_.first_range(), now);
    }
    return true;
}

TcpAcceptedData TcpConnection::take_data(const TcpIncomingSegment& segment, TcpPosition first, SimTime now) {
    const bool open =
        state_ == TcpState::established || state_ == TcpState::fin_wait_1 || state_ == TcpState::fin_wait_2;
    if (!open || (segment.length == 0 && !segment.flags.fin)) {
        return {};
    }
    last_data_received_ = now;
    const TcpPosition before = receive_.next();
    const TcpAcceptedData accepted = receive_.accept(first, segment.length, segment.flags.fin);
    counters_.bytes_received += accepted.length;
    if (receive_.next() == before) {
        ++(accepted.length == 0 && segment.length != 0 ? counters_.old_data : counters_.out_of_order);
        ack_now_ = true; // RFC 5681 4.2: tell the sender about the gap at once
        return accepted;
    }
    const AckUrgency urgency = receive_.acknowledge(segment.segment_size);
    if (urgency == AckUrgency::now || receive_.finished()) {
        ack_now_ = true;
    } else if (urgency == AckUrgency::delayed && !timers_.running(TcpTimer::delayed_ack)) {
        timers_.start(TcpTimer::delayed_ack, now, parameters_.delayed_ack);
    }
    return accepted;
}

void TcpConnection::advance_state(SimTime now) {
    const bool sent = send_.fin_acknowledged();
    const bool received = receive_.finished();
    switch (state_) {
    case TcpState::established:
        state_ = received ? TcpState::close_wait : state_;
        break;
    case TcpState::fin_wait_1:
    case TcpState::fin_wait_2:
    case TcpState::closing:
        if (sent && received) {
            enter_time_wait(now);
        } else if (sent) {
            state_ = TcpState::fin_wait_2;
        } else if (received) {
            state_ = TcpState::closing;
        }
        break;
    case TcpState::last_ack:
        if (sent) {
            finish(TcpCloseReason::finished);
        }
        break;
    default:
        break;
    }
}

void TcpConnection::enter_time_wait(SimTime now) {
    state_ = TcpState::time_wait;
    reason_ = TcpCloseReason::finished;
    timers_.stop_all();
    timers_.start(TcpTimer::time_wait, now, parameters_.time_wait);
}

void TcpConnection::finish(TcpCloseReason reason) noexcept {
    state_ = TcpState::closed;
    reason_ = reason;
    ack_now_ = false;
    timers_.stop_all();
}

void TcpConnection::on_written(std::uint32_t bytes, SimTime now) {
    send_.append(bytes);
    push(now);
}

void TcpConnection::on_read(std::uint32_t bytes, SimTime now) {
    if (receive_.on_read(bytes) && state_ != TcpState::closed) {
        send_ack(now);
    }
}

void TcpConnection::close(SimTime now) {
    if (closing_ || state_ == TcpState::closed) {
        return;
    }
    if (state_ == TcpState::syn_sent) {
        finish(TcpCloseReason::aborted);
        return;
    }
    closing_ = true;
    send_.close();
    if (state_ == TcpState::established) {
        state_ = TcpState::fin_wait_1;
    } else if (state_ == TcpState::close_wait) {
        state_ = TcpState::last_ack;
    }
    push(now);
}

void TcpConnection::abort(SimTime now) {
    if (state_ == TcpState::closed) {
        return;
    }
    if (state_ != TcpState::syn_sent && state_ != TcpState::time_wait) {
        emit(send_.highest_sent(), 0, {.rst = true, .ack = true}, now);
    }
    finish(TcpCloseReason::aborted);
}

void TcpConnection::push(SimTime now) {
    if (state_ == TcpState::closed) {
        return;
    }
    if (state_ != TcpState::syn_received && state_ != TcpState::syn_sent) {
        send_.restart_after_idle(now);
        while (const auto range = send_.next_range()) {
            send_range(*range, now);
        }
    }
    if (ack_now_) {
        send_ack(now);
    }
    arm_timers(now);
}

void TcpConnection::arm_timers(SimTime now) {
    if (state_ == TcpState::time_wait) {
        return;
    }
    const TcpTimer wanted = send_.in_flight() ? TcpTimer::retransmit : TcpTimer::persist;
    timers_.stop(send_.in_flight() ? TcpTimer::persist : TcpTimer::retransmit);
    if (!send_.in_flight() && !send_.stuck()) {
        timers_.stop(TcpTimer::persist);
    } else if (!timers_.running(wanted)) {
        timers_.start(wanted, now, send_.rtt().rto());
    }
}

void TcpConnection::send_range(const SendRange& range, SimTime now) {
    emit(range.first, range.length, {.fin = range.fin, .psh = range.push, .ack = true}, now);
    send_.on_sent(range, now);
    if (range.length != 0 && now - last_data_received_ < parameters_.delayed_ack) {
        receive_.on_data_sent();
    }
}

void TcpConnection::send_syn(SimTime now) {
    emit(0, 0, {.syn = true, .ack = state_ == TcpState::syn_received}, now);
    send_.on_syn_sent(now);
    arm_timers(now);
}

void TcpConnection::send_ack(SimTime now) { emit(send_.highest_sent(), 0, {.ack = true}, now); }

void TcpConnection::send_probe(SimTime now) {
    if (!send_.stuck()) {
        return;
    }
    if (++retries_ > parameters_.data_retries) {
        finish(TcpCloseReason::timed_out);
        return;
    }
    ++counters_.window_probes;
    send_.rtt().back_off();
    if (const auto range = send_.probe_range()) {
        send_range(*range, now);
    } else {
        // Linux tcp_xmit_probe_skb: a sequence number that is surely old makes the peer tell its window
        emit(send_.unacknowledged() - 1, 0, {.ack = true}, now);
    }
    arm_timers(now);
}

void TcpConnection::emit(TcpPosition first, std::uint32_t length, TcpFlags flags, SimTime now) {
    TcpOutgoingSegment segment;
    segment.sequence = ours_.wire(first);
    segment.flags = flags;
    segment.length = length;
    segment.stream_offset = static_cast<std::uint64_t>(std::max(first, TcpPosition{1}) - 1);
    segment.mss = send_.mss();
    segment.window = receive_.offer_window(flags.syn);
    if (flags.ack) {
        segment.acknowledgment = theirs_.wire(receive_.next());
        last_acknowledged_ = receive_.next();
        counters_.zero_windows_sent += segment.window == 0 ? 1 : 0;
    }
    if (timestamps_) {
        segment.options.timestamps = TcpTimestamps{timestamp(now), recent_timestamp_};
    }
    if (flags.syn) {
        segment.options.mss = parameters_.mss;
        if (scaling_) {
            segment.options.window_scale = receive_.scale();
        }
    }
    timers_.stop(TcpTimer::delayed_ack);
    ack_now_ = false;
    ++counters_.segments_sent;
    counters_.pure_acks_sent += length == 0 && !flags.syn && !flags.fin && !flags.rst ? 1 : 0;
    transmitter_.transmit(segment, now);
}

void TcpConnection::on_timer(SimTime now) {
    while (const auto timer = timers_.take_ended(now)) {
        switch (*timer) {
        case TcpTimer::delayed_ack:
            if (receive_.unacknowledged()) {
                ++counters_.delayed_acks;
                send_ack(now);
            }
            break;
        case TcpTimer::retransmit:
            on_retransmit_timer(now);
            break;
        case TcpTimer::persist:
            send_probe(now);
            break;
        default:
            finish(TcpCloseReason::finished);
            break;
        }
    }
}

void TcpConnection::on_retransmit_timer(SimTime now) {
    const bool handshake = state_ == TcpState::syn_sent || state_ == TcpState::syn_received;
    if (++retries_ > (handshake ? parameters_.syn_retries : parameters_.data_retries)) {
        finish(TcpCloseReason::timed_out);
        return;
    }
    send_.on_timeout();
    if (handshake) {
        ++counters_.retransmissions;
        send_syn(now);
        return;
    }
    send_range(send_.first_range(), now);
    arm_timers(now);
}

std::uint32_t TcpConnection::timestamp(SimTime now) const noexcept {
    return static_cast<std::uint32_t>(now / parameters_.tick) + 1; // never 0, which would mean "no echo"
}

std::optional<SimTime> TcpConnection::echoed_round_trip(const TcpIncomingSegment& segment, SimTime now) const noexcept {
    if (!timestamps_ || !segment.options.timestamps || segment.options.timestamps->echo_reply == 0) {
        return std::nullopt;
    }
    // At least one tick, as Linux counts. An echo from the future, or from before time began, comes from no sane peer.
    const auto ticks = static_cast<std::int32_t>(timestamp(now) - segment.options.timestamps->echo_reply);
    const bool sane = ticks >= 0 && ticks <= now / parameters_.tick;
    return sane ? std::optional(std::max(ticks, 1) * parameters_.tick) : std::nullopt;
}

} // namespace rootpool::net
