#pragma once

#include <cstdint>
#include <string>

#include "rootpool/core/time.h"
#include "rootpool/net/address.h"
#include "rootpool/net/ipv4.h"

/// Console text of iperf 2.0.5 (Locale.c, ReportDefault.c). No line ends with a line feed.
namespace rootpool::net {

/// The ruled block at a client's start. `buffer_bytes`: of the socket; 0 leaves that line out.
[[nodiscard]] std::string iperf_client_banner(Endpoint server, IpProtocol protocol = IpProtocol::tcp,
                                              std::uint32_t buffer_bytes = 0);
[[nodiscard]] std::string iperf_server_banner(std::uint16_t port, IpProtocol protocol = IpProtocol::tcp,
                                              std::uint32_t buffer_bytes = 0);
/// "[  3] local 10.0.0.1 port 32768 connected with 10.0.0.2 port 5001"
[[nodiscard]] std::string iperf_connected(Endpoint local, Endpoint remote, unsigned id = 3);
/// "[ ID] Interval       Transfer     Bandwidth", with the columns of UDP if asked.
[[nodiscard]] std::string iperf_heading(IpProtocol protocol = IpProtocol::tcp);
/// "[  3]  0.0-10.0 sec  10.9 GBytes  9.39 Gbits/sec"
[[nodiscard]] std::string iperf_line(SimTime from, SimTime to, std::uint64_t bytes, unsigned id = 3);

/// What a UDP server reports about the stream.
struct IperfDatagrams {
    SimTime jitter{0};
    std::uint64_t lost = 0;
    std::uint64_t sent = 0;
};
/// "[  3]  0.0-10.0 sec  1.25 MBytes  1.05 Mbits/sec   0.008 ms    0/  893 (0%)"
[[nodiscard]] std::string iperf_datagram_line(SimTime from, SimTime to, std::uint64_t bytes,
                                              const IperfDatagrams& datagrams, unsigned id = 3);

/// Bits per second; 0 for no time.
[[nodiscard]] double goodput(std::uint64_t bytes, SimTime duration) noexcept;

/// Inter-arrival jitter (RFC 1889 6.3.1), as iperf computes it.
class InterarrivalJitter {
public:
    void on_datagram(SimTime sent, SimTime received) noexcept;
    [[nodiscard]] SimTime value() const noexcept { return jitter_; }

private:
    bool first_ = true;
    SimTime transit_{0};
    SimTime jitter_{0};
};

} // namespace rootpool::net
