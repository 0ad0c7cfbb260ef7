#pragma once

#include <cstdint>
#include <optional>

#include "rootpool/net/tcp_parameters.h"
#include "rootpool/net/tcp_ranges.h"
#include "rootpool/net/tcp_segment.h"
#include "rootpool/net/tcp_sequence.h"

namespace rootpool::net {

/// What a receiver does about an acknowledgment.
enum class AckUrgency : std::uint8_t { none, delayed, now };

/// The receiving direction of a connection: what is next, what came early, the window that is offered, when to
/// acknowledge.
class TcpReceiveSide {
public:
    explicit TcpReceiveSide(const TcpParameters& parameters) noexcept;

    /// The peer's SYN arrived. `scaling`: both ends scale windows.
    void open(bool scaling) noexcept;

    [[nodiscard]] TcpPosition next() const noexcept { return next_; }
    /// RFC 793 3.9: whether a segment lies in the window, or is a retransmission that at least ends at its left edge.
    [[nodiscard]] bool acceptable(TcpPosition first, std::uint32_t length) const noexcept;

    /// Takes data (cut to the window) and FIN of an acceptable segment.
    [[nodiscard]] TcpAcceptedData accept(TcpPosition first, std::uint32_t length, bool fin);
    /// The FIN and all data before it have arrived.
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] bool gap() const noexcept { return !early_.empty(); }

    /// When to acknowledge after data of wire segments of `segment_size` bytes (Linux __tcp_ack_snd_check): at once in
    /// quick mode, with a gap, or for more than one full segment; one coalesced segment of several counts as these.
    [[nodiscard]] AckUrgency acknowledge(std::uint32_t segment_size) noexcept;
    /// We send data of our own, as an interactive application does: acknowledgments may ride on it.
    void on_data_sent() noexcept { quick_acks_ = 0; }

    /// The application has read `bytes`. True when that calls for an ACK now (Linux tcp_cleanup_rbuf): more than one
    /// segment is unacknowledged, or the window can be at least doubled.
    [[nodiscard]] bool on_read(std::uint32_t bytes) noexcept;

    /// The window field of a segment that is being sent, which acknowledges next(). Never takes back what was offered;
    /// stays 0 until one MSS fits (RFC 1122 4.2.3.3).
    [[nodiscard]] std::uint16_t offer_window(bool in_syn) noexcept;
    [[nodiscard]] std::uint8_t scale() const noexcept { return scale_; }
    [[nodiscard]] bool unacknowledged() const noexcept { return acknowledged_ < next_; }

private:
    [[nodiscard]] std::uint32_t free_space() const noexcept;
    [[nodiscard]] std::uint32_t usable_window() const noexcept;

    std::uint32_t full_space_;
    std::uint32_t mss_;
    std::uint8_t scale_ = 0;
    TcpPosition next_ = 0;
    TcpPosition read_ = 1;         ///< first position that the application has not read
    TcpPosition acknowledged_ = 0; ///< next() in the last segment that was sent
    TcpPosition window_edge_ = 0;  ///< first position that was never offered
    OutOfOrderRanges early_;
    std::optional<TcpPosition> fin_;
    bool finished_ = false;
    std::uint32_t segment_size_ = 536; ///< estimate of the peer's segments (Linux rcv_mss)
    unsigned quick_acks_;
};

} // namespace rootpool::net
