#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rootpool/core/time.h"
#include "rootpool/net/address.h"
#include "rootpool/net/ipv4.h"

namespace rootpool::net {

/// Lines of text as iperf 2.0.5 writes them, without the final line feed.

/// Three lines: "Client connecting to 10.0.0.3, TCP port 5001" between rules. `protocol` other than udp counts as TCP.
[[nodiscard]] std::string iperf_client_banner(Endpoint server, IpProtocol protocol = IpProtocol::tcp);
/// Three lines: "Server listening on TCP port 5001" between rules.
[[nodiscard]] std::string iperf_server_banner(std::uint16_t port, IpProtocol protocol = IpProtocol::tcp);

inline constexpr std::string_view iperf_header = "[ ID] Interval       Transfer     Bandwidth";
inline constexpr std::string_view iperf_datagram_header =
    "[ ID] Interval       Transfer     Bandwidth        Jitter   Lost/Total Datagrams";

/// "[  3]  0.0-10.0 sec  10.9 GBytes  9.40 Gbits/sec". `stream`: the number in brackets; iperf's first socket is 3.
[[nodiscard]] std::string iperf_line(SimTime from, SimTime to, std::uint64_t bytes, unsigned stream = 3);

/// What a UDP server counts. `jitter`: RFC 1889 6.3.1.
struct IperfDatagrams {
    SimTime jitter{};
    std::uint64_t lost = 0;
    std::uint64_t total = 0; ///< sent, with those lost
};
/// As iperf_line() with "   0.012 ms    5/ 8505 (0.059%)".
[[nodiscard]] std::string iperf_datagram_line(SimTime from, SimTime to, std::uint64_t bytes,
                                              const IperfDatagrams& datagrams, unsigned stream = 3);

/// Bits per second; 0 over no time.
[[nodiscard]] double goodput(std::uint64_t bytes, SimTime time) noexcept;

} // namespace rootpool::net
