#pragma once

#include <cstdint>

#include "rootpool/core/time.h"

namespace rootpool::net {

/// NewReno (RFC 5681, 6582) in whole segments, as Linux counts its congestion window. Growth counts acknowledged
/// segments (RFC 3465): at most 2 per ACK in slow start, all of them in congestion avoidance, so that a receiver which
/// acknowledges coalesced segments does not slow the window down. (CentOS 6 has CUBIC as its default; on paths of some
/// 100 us both grow within a few round trips.)
class CongestionControl {
public:
    explicit CongestionControl(unsigned initial_window) noexcept : initial_(initial_window), window_(initial_window) {}

    /// Segments that may be in flight.
    [[nodiscard]] std::uint32_t window() const noexcept { return window_; }
    [[nodiscard]] bool in_recovery() const noexcept { return in_recovery_; }

    /// New data acknowledged outside recovery. `in_flight`: segments before this ACK; the window grows only while it is
    /// what limits the sender (Linux tcp_is_cwnd_limited, with its allowance for deferred TSO segments of `mss` bytes).
    void on_ack(std::uint32_t acked, std::uint32_t in_flight, std::uint32_t mss) noexcept;
    /// Third duplicate ACK (RFC 6582 3.2 step 2).
    void enter_recovery(std::uint32_t in_flight) noexcept;
    /// One more duplicate ACK in recovery: a segment has left the network.
    void inflate() noexcept { ++window_; }
    /// RFC 6582 3.2 step 3, partial acknowledgment.
    void on_partial_ack(std::uint32_t acked) noexcept;
    /// RFC 6582 3.2 step 3, full acknowledgment. `in_flight`: after it.
    void leave_recovery(std::uint32_t in_flight) noexcept;
    /// Retransmission time-out (RFC 5681 3.1).
    void on_timeout(std::uint32_t in_flight) noexcept;
    /// Sending starts again after the sender was idle for longer than an RTO (RFC 2861, Linux tcp_cwnd_restart).
    void restart(SimTime idle, SimTime rto) noexcept;

private:
    void halve(std::uint32_t in_flight) noexcept;

    std::uint32_t initial_;
    std::uint32_t window_;
    std::uint32_t threshold_ = 0x7FFF'FFFF; ///< arbitrarily high at first (RFC 5681 3.1)
    std::uint32_t credit_ = 0;              ///< acknowledged segments towards the next step of congestion avoidance
    bool in_recovery_ = false;
};

} // namespace rootpool::net
