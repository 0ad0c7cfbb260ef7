#pragma once

#include <cstdint>

namespace rootpool::net {

/// What one connection did; all counts from its start. "Segments" are what the connection handles: a TSO packet or a
/// coalesced one is one.
struct TcpCounters {
    std::uint64_t segments_sent = 0;
    std::uint64_t segments_received = 0;
    std::uint64_t bytes_sent = 0;     ///< data, with retransmissions
    std::uint64_t bytes_received = 0; ///< data accepted, each byte once
    std::uint64_t pure_acks_sent = 0;
    std::uint64_t retransmissions = 0;
    std::uint64_t fast_retransmits = 0;
    std::uint64_t timeouts = 0;       ///< RTO expired
    std::uint64_t duplicate_acks = 0; ///< received
    std::uint64_t out_of_order = 0;
    std::uint64_t old_data = 0; ///< segments with nothing new
    std::uint64_t zero_windows_sent = 0;
    std::uint64_t zero_windows_received = 0;
    std::uint64_t window_probes = 0;
    std::uint64_t delayed_acks = 0; ///< that the timer sent
    std::uint64_t unacceptable = 0; ///< outside the window, PAWS, or an acknowledgment of nothing that was sent
};

} // namespace rootpool::net
