#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace rootpool::host {

/// Work done by a stack since it started. A CPU model takes the difference over a call to charge its cost.
struct StackWork {
    std::uint64_t rx_packets = 0;            ///< given to on_received
    std::uint64_t rx_bytes = 0;              ///< of them, with Ethernet header
    std::uint64_t rx_merged = 0;             ///< packets that coalescing appended to an earlier one
    std::uint64_t rx_segments_delivered = 0; ///< to TCP, after coalescing; with pure ACKs
    std::uint64_t rx_acks = 0;               ///< of them pure ACKs
    std::uint64_t rx_datagrams = 0;          ///< to UDP and ICMP
    std::uint64_t tx_packets = 0;            ///< that left to a device (a TSO packet is one)
    std::uint64_t tx_bytes = 0;              ///< of them, with headers once
    std::uint64_t tx_acks = 0;               ///< pure ACKs made
    std::uint64_t tx_queued = 0;             ///< packets that had to wait in the queue of their interface
    std::uint64_t tx_completed = 0;          ///< buffers freed after transmission
    std::uint64_t bytes_to_application = 0;
    std::uint64_t bytes_from_application = 0;
    std::uint64_t timers = 0; ///< of sockets and ARP that fired

    friend constexpr StackWork operator-(const StackWork& a, const StackWork& b) noexcept {
        return {a.rx_packets - b.rx_packets,
                a.rx_bytes - b.rx_bytes,
                a.rx_merged - b.rx_merged,
                a.rx_segments_delivered - b.rx_segments_delivered,
                a.rx_acks - b.rx_acks,
                a.rx_datagrams - b.rx_datagrams,
                a.tx_packets - b.tx_packets,
                a.tx_bytes - b.tx_bytes,
                a.tx_acks - b.tx_acks,
                a.tx_queued - b.tx_queued,
                a.tx_completed - b.tx_completed,
                a.bytes_to_application - b.bytes_to_application,
                a.bytes_from_application - b.bytes_from_application,
                a.timers - b.timers};
    }
};

/// Why a stack dropped a packet.
enum class Drop : std::uint8_t {
    outside_memory,    ///< the driver named a buffer that is no host memory
    malformed,         ///< Ethernet, ARP, IPv4, ICMP, UDP or TCP header refused
    unknown_type,      ///< neither IPv4 nor ARP
    wrong_destination, ///< not our MAC or IP address
    bad_checksum,
    fragment,         ///< IP fragments are not reassembled
    unknown_protocol, ///< neither ICMP, UDP nor TCP
    no_socket,        ///< nobody listens; TCP answers with RST
    receive_buffer,   ///< the socket holds too much already
    backlog,          ///< a SYN for which there is no socket left
    unresolved,       ///< ARP got no answer, or its queue was full
    no_route,         ///< no interface reaches the destination
    link_down,        ///< the interface has no link, or its device is gone
    transmit_queue,   ///< the queue of the interface or the kernel's header memory was full
    count_,
};
inline constexpr std::size_t drop_count = static_cast<std::size_t>(Drop::count_);
[[nodiscard]] std::string_view to_string(Drop reason) noexcept;

class DropCounters {
public:
    void add(Drop reason) noexcept { ++counts_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] std::uint64_t operator[](Drop reason) const noexcept {
        return counts_[static_cast<std::size_t>(reason)];
    }
    [[nodiscard]] std::uint64_t total() const noexcept {
        return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
    }

private:
    std::array<std::uint64_t, drop_count> counts_{};
};

} // namespace rootpool::host
