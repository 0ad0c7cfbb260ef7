#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/net/tcp_header.h"

namespace rootpool::net {

/// A segment that a connection wants on the wire. Data is named by its place in the stream of sent bytes, not carried.
struct TcpOutgoingSegment {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    TcpFlags flags;
    std::uint16_t window = 0;
    TcpOptions options;
    std::uint64_t stream_offset = 0; ///< of the first data byte
    std::uint32_t length = 0;        ///< data bytes; more than `mss`: the NIC shall cut it (TSO)
    std::uint16_t mss = 0;           ///< data bytes of one wire segment
};

/// A segment that arrived, or several that receive coalescing made one.
struct TcpIncomingSegment {
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    TcpFlags flags;
    std::uint16_t window = 0;
    TcpOptions options;
    std::uint32_t length = 0;       ///< data bytes
    std::uint32_t segment_size = 0; ///< data bytes of the largest wire segment in it
};

/// What became of the data of an incoming segment.
struct TcpAcceptedData {
    std::uint64_t stream_offset = 0; ///< place in the received stream of the first byte that is taken
    std::uint32_t skip = 0;          ///< bytes of the segment in front of it that are old
    std::uint32_t length = 0;        ///< bytes taken; 0: nothing
};

/// Where a connection puts its segments.
class TcpTransmitter {
public:
    virtual ~TcpTransmitter() = default;
    virtual void transmit(const TcpOutgoingSegment& segment, SimTime now) = 0;
};

} // namespace rootpool::net
