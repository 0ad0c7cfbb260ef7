#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "rootpool/net/tcp_congestion_control.h"
#include "rootpool/net/tcp_counters.h"
#include "rootpool/net/tcp_parameters.h"
#include "rootpool/net/tcp_rtt_estimator.h"
#include "rootpool/net/tcp_sequence.h"

namespace rootpool::net {

/// A piece of the stream that goes out as one segment.
struct SendRange {
    TcpPosition first = 0;
    std::uint32_t length = 0;
    bool fin = false;
    bool push = false;
};

/// What an acknowledgment did.
struct AckResult {
    bool advanced = false;         ///< new data acknowledged
    bool unsent = false;           ///< it acknowledges what was never sent
    bool retransmit_first = false; ///< fast retransmit, or the next hole of a recovery
};

/// The sending direction of a connection: what is acknowledged, what may go out now, and in which pieces.
class TcpSendSide {
public:
    TcpSendSide(const TcpParameters& parameters, TcpCounters& counters) noexcept;

    /// The handshake is done. `mss`: data bytes of one wire segment.
    void open(std::uint16_t mss, std::uint32_t window) noexcept;
    /// Our SYN is out and takes position 0.
    void on_syn_sent(SimTime now) noexcept;

    void append(std::uint32_t bytes) noexcept { end_ += bytes; }
    void close() noexcept { closing_ = true; }
    void set_no_delay(bool off) noexcept { no_delay_ = off; }

    /// `window`: bytes offered by the segment, whose first position in its own direction is `segment`; `pure`: without
    /// data, SYN or FIN. `measured`: the round-trip time that its timestamp echo tells.
    [[nodiscard]] AckResult on_ack(TcpPosition acknowledgment, TcpPosition segment, std::uint32_t window, bool pure,
                                   std::optional<SimTime> measured, SimTime now) noexcept;

    /// The next piece that windows, Nagle and TSO deferral let out now. Mark it with on_sent().
    [[nodiscard]] std::optional<SendRange> next_range() const noexcept;
    /// The first unacknowledged piece, at most one MSS.
    [[nodiscard]] SendRange first_range() const noexcept;
    /// What a window probe carries: up to one MSS if the window has opened a little; nothing if it is closed.
    [[nodiscard]] std::optional<SendRange> probe_range() const noexcept;
    void on_sent(const SendRange& range, SimTime now) noexcept;
    void on_timeout() noexcept;
    /// Before new data goes out: an idle connection starts with a small window again.
    void restart_after_idle(SimTime now) noexcept;

    [[nodiscard]] TcpPosition unacknowledged() const noexcept { return unacknowledged_; }
    /// Data bytes acknowledged, without SYN and FIN.
    [[nodiscard]] std::uint64_t acknowledged_data() const noexcept {
        return unacknowledged_ == 0 ? 0 : static_cast<std::uint64_t>(std::min(unacknowledged_, end_) - 1);
    }
    [[nodiscard]] TcpPosition highest_sent() const noexcept { return highest_; }
    [[nodiscard]] bool in_flight() const noexcept { return unacknowledged_ < highest_; }
    [[nodiscard]] bool fin_acknowledged() const noexcept { return closing_ && unacknowledged_ > end_; }
    /// Something waits, nothing is in flight: only a window probe can go on.
    [[nodiscard]] bool stuck() const noexcept { return !in_flight() && next_ < end_; }
    [[nodiscard]] std::uint16_t mss() const noexcept { return mss_; }
    [[nodiscard]] std::uint32_t window() const noexcept { return window_; }
    [[nodiscard]] RttEstimator& rtt() noexcept { return rtt_; }
    [[nodiscard]] const RttEstimator& rtt() const noexcept { return rtt_; }
    [[nodiscard]] const CongestionControl& congestion() const noexcept { return congestion_; }

private:
    [[nodiscard]] std::uint32_t segments(TcpPosition bytes) const noexcept;
    [[nodiscard]] std::uint32_t flight_segments() const noexcept { return segments(next_ - unacknowledged_); }
    [[nodiscard]] bool nagle_holds() const noexcept;
    [[nodiscard]] bool defer_tso(TcpPosition room) const noexcept;
    [[nodiscard]] SendRange range(TcpPosition first, TcpPosition length) const noexcept;
    void update_window(TcpPosition acknowledgment, TcpPosition segment, std::uint32_t window) noexcept;
    void on_new_data_acknowledged(TcpPosition acknowledgment, AckResult& result) noexcept;
    void on_duplicate_ack(AckResult& result) noexcept;
    void measure(TcpPosition acknowledgment, std::optional<SimTime> measured, SimTime now) noexcept;

    TcpCounters& counters_;
    std::uint32_t tso_maximum_;
    bool no_delay_;
    std::uint16_t mss_;
    RttEstimator rtt_;
    CongestionControl congestion_;

    TcpPosition unacknowledged_ = 0;
    TcpPosition next_ = 0;    ///< what goes out next; falls back to unacknowledged_ on a time-out
    TcpPosition highest_ = 0; ///< first position that was never sent
    TcpPosition end_ = 1;     ///< first position that the application has not written; the FIN's place
    bool closing_ = false;
    std::uint32_t window_ = 0;
    TcpPosition window_edge_ = 0;
    TcpPosition window_segment_ = 0; ///< SND.WL1
    TcpPosition small_end_ = 0;      ///< end of the last segment below one MSS (Minshall)
    TcpPosition recover_ = 0;        ///< RFC 6582
    unsigned duplicate_acks_ = 0;
    std::optional<TcpPosition> timed_end_; ///< of the segment whose round trip is being measured (without timestamps)
    SimTime timed_at_{0};
    SimTime last_sent_{0};
};

} // namespace rootpool::net
