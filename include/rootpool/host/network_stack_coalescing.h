#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/host/socket_receive_queue.h"
#include "rootpool/net/ipv4.h"
#include "rootpool/net/tcp_header.h"

namespace rootpool::host {

/// One TCP segment as it goes up from an interface: what one packet brought, or several that were in sequence.
struct CoalescedSegment {
    net::Ipv4Header ip; ///< of the first packet
    net::TcpHeader tcp; ///< of the first packet, with FIN and PSH of the others
    std::uint32_t length = 0;
    std::uint32_t segment_size = 0; ///< data of the first packet: the largest
    std::span<const ReceivedPiece> pieces;
};

/// Takes segments over together with their buffers.
class CoalescedReceiver {
public:
    virtual ~CoalescedReceiver() = default;
    virtual void on_segment(const CoalescedSegment& segment, SimTime now) = 0;
};

/// Generic receive offload for TCP over IPv4 with the rules of Linux 2.6.32 (net/core/dev.c dev_gro_receive,
/// inet_gro_receive, tcp_gro_receive): packets of one flow merge while they are in sequence, as large as the first one,
/// alike in acknowledgment, window, options, TTL and TOS, with consecutive IP identifications, below 64 KB together; a
/// smaller one, or one with PSH, FIN, RST, SYN or URG, ends the merge. At most eight flows are held.
class ReceiveCoalescing {
public:
    static constexpr std::size_t maximum_flows = 8; ///< MAX_GRO_SKBS
    static constexpr std::uint32_t maximum_bytes = 65'536;

    explicit ReceiveCoalescing(CoalescedReceiver& receiver) noexcept : receiver_(receiver) {}

    /// Takes the buffer of the piece. True when it was appended to a held packet. `piece.length` may be 0.
    bool receive(const net::Ipv4Header& ip, const net::TcpHeader& tcp, const ReceivedPiece& piece, SimTime now);
    /// Everything held goes up, the oldest first.
    void flush(SimTime now);

private:
    struct Flow {
        net::Ipv4Header ip;
        net::TcpHeader tcp;
        std::uint32_t length = 0;
        std::uint32_t segment_size = 0;
        std::uint16_t packets = 0;
        std::vector<ReceivedPiece> pieces;
    };

    [[nodiscard]] std::size_t find(const net::Ipv4Header& ip, const net::TcpHeader& tcp) const noexcept;
    [[nodiscard]] static bool continues(const Flow& flow, const net::Ipv4Header& ip, const net::TcpHeader& tcp,
                                        std::uint32_t length) noexcept;
    void hold(const net::Ipv4Header& ip, const net::TcpHeader& tcp, const ReceivedPiece& piece);
    void deliver(std::size_t index, SimTime now);

    CoalescedReceiver& receiver_;
    std::array<Flow, maximum_flows> flows_; ///< the first held_ are in use, by age
    std::size_t held_ = 0;
};

} // namespace rootpool::host
