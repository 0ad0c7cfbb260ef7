#pragma once

#include <cstdint>
#include <optional>

#include "rootpool/core/time.h"
#include "rootpool/net/tcp_counters.h"
#include "rootpool/net/tcp_parameters.h"
#include "rootpool/net/tcp_receive_side.h"
#include "rootpool/net/tcp_segment.h"
#include "rootpool/net/tcp_send_side.h"
#include "rootpool/net/tcp_sequence.h"
#include "rootpool/net/tcp_state.h"
#include "rootpool/net/tcp_timers.h"

namespace rootpool::net {

/// The TCP state machine of one connection (RFC 793, 1122, 5681, 6298, 6582, 7323) on sequence numbers: no data inside.
/// Time is an argument. Segments leave through a TcpTransmitter, from inside the calls. No selective acknowledgments.
class TcpConnection {
public:
    TcpConnection(const TcpParameters& parameters, TcpTransmitter& transmitter,
                  std::uint32_t initial_sequence) noexcept;
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;

    void connect(SimTime now);
    void accept(const TcpIncomingSegment& syn, SimTime now);
    [[nodiscard]] TcpAcceptedData on_segment(const TcpIncomingSegment& segment, SimTime now);

    /// The application put `bytes` more into the send buffer.
    void on_written(std::uint32_t bytes, SimTime now);
    /// The application took `bytes` out of the receive buffer.
    void on_read(std::uint32_t bytes, SimTime now);
    /// No more data from us: FIN after what was written.
    void close(SimTime now);
    /// RST.
    void abort(SimTime now);
    void set_no_delay(bool off) noexcept { send_.set_no_delay(off); }

    /// core::never without a running timer.
    [[nodiscard]] SimTime next_deadline() const noexcept { return timers_.earliest(); }
    void on_timer(SimTime now);

    [[nodiscard]] TcpState state() const noexcept { return state_; }
    [[nodiscard]] TcpCloseReason close_reason() const noexcept { return reason_; }
    [[nodiscard]] const TcpCounters& counters() const noexcept { return counters_; }
    [[nodiscard]] const TcpSendSide& send_side() const noexcept { return send_; }
    [[nodiscard]] const TcpReceiveSide& receive_side() const noexcept { return receive_; }
    /// Bytes of the sent stream that the peer has acknowledged.
    [[nodiscard]] std::uint64_t acknowledged_bytes() const noexcept { return send_.acknowledged_data(); }
    /// Data may be written.
    [[nodiscard]] bool can_send() const noexcept {
        return !closing_ && (state_ == TcpState::established || state_ == TcpState::close_wait);
    }

private:
    void negotiate(const TcpIncomingSegment& syn);
    void on_segment_in_syn_sent(const TcpIncomingSegment& segment, SimTime now);
    [[nodiscard]] bool check_segment(const TcpIncomingSegment& segment, TcpPosition first, SimTime now);
    [[nodiscard]] bool take_acknowledgment(const TcpIncomingSegment& segment, TcpPosition first, SimTime now);
    [[nodiscard]] TcpAcceptedData take_data(const TcpIncomingSegment& segment, TcpPosition first, SimTime now);
    void advance_state(SimTime now);
    void enter_time_wait(SimTime now);
    void finish(TcpCloseReason reason) noexcept;

    void push(SimTime now);
    void arm_timers(SimTime now);
    void send_range(const SendRange& range, SimTime now);
    void send_syn(SimTime now);
    void send_ack(SimTime now);
    void send_probe(SimTime now);
    void emit(TcpPosition first, std::uint32_t length, TcpFlags flags, SimTime now);
    void on_retransmit_timer(SimTime now);
    [[nodiscard]] std::uint32_t timestamp(SimTime now) const noexcept;
    [[nodiscard]] std::optional<SimTime> echoed_round_trip(const TcpIncomingSegment& segment,
                                                           SimTime now) const noexcept;

    TcpParameters parameters_;
    TcpTransmitter& transmitter_;
    TcpCounters counters_;
    TcpTimers timers_;
    SequenceSpace ours_;
    SequenceSpace theirs_;
    TcpSendSide send_;
    TcpReceiveSide receive_;
    TcpState state_ = TcpState::closed;
    TcpCloseReason reason_ = TcpCloseReason::none;
    bool closing_ = false;
    bool ack_now_ = false;
    bool timestamps_;
    bool scaling_;
    std::uint8_t peer_scale_ = 0;
    std::uint32_t recent_timestamp_ = 0;
    TcpPosition last_acknowledged_ = 0; ///< receive position in our last segment (RFC 7323 Last.ACK.sent)
    SimTime last_data_received_ = SimTime::min() / 2;
    unsigned retries_ = 0;
};

} // namespace rootpool::net
