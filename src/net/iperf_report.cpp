#include "rootpool/net/iperf_report.h"

#include <array>
#include <fmt/format.h>

namespace rootpool::net {

namespace {

constexpr std::string_view rule = "------------------------------------------------------------";

[[nodiscard]] double seconds(SimTime time) { return std::chrono::duration<double>(time).count(); }

[[nodiscard]] std::string_view name(IpProtocol protocol) { return protocol == IpProtocol::udp ? "UDP" : "TCP"; }

/// A number with its unit's prefix in four places (stdio.c, byte_snprintf).
[[nodiscard]] std::string scaled(double number, double step, std::string_view unit) {
    static constexpr std::array<std::string_view, 4> prefixes{"", "K", "M", "G"};
    std::size_t prefix = 0;
    while (number >= step && prefix + 1 < prefixes.size()) {
        number /= step;
        ++prefix;
    }
    const int decimals = number < 9.995 ? 2 : (number < 99.95 ? 1 : 0);
    return fmt::format("{:4.{}f} {}{}", number, decimals, prefixes[prefix], unit);
}

} // namespace

std::string iperf_client_banner(Endpoint server, IpProtocol protocol) {
    return fmt::format("{0}\nClient connecting to {1}, {2} port {3}\n{0}", rule, to_string(server.address),
                       name(protocol), server.port);
}

std::string iperf_server_banner(std::uint16_t port, IpProtocol protocol) {
    return fmt::format("{0}\nServer listening on {1} port {2}\n{0}", rule, name(protocol), port);
}

std::string iperf_line(SimTime from, SimTime to, std::uint64_t bytes, unsigned stream) {
    return fmt::format("[{:3}] {:4.1f}-{:4.1f} sec  {}s  {}s/sec", stream, seconds(from), seconds(to),
                       scaled(static_cast<double>(bytes), 1024, "Byte"),
                       scaled(goodput(bytes, to - from), 1000, "bit"));
}

std::string iperf_datagram_line(SimTime from, SimTime to, std::uint64_t bytes, const IperfDatagrams& datagrams,
                                unsigned stream) {
    const double loss =
        datagrams.total == 0 ? 0 : 100.0 * static_cast<double>(datagrams.lost) / static_cast<double>(datagrams.total);
    return fmt::format("{}  {:6.3f} ms {:4}/{:5} ({:.2g}%)", iperf_line(from, to, bytes, stream),
                       seconds(datagrams.jitter) * 1000, datagrams.lost, datagrams.total, loss);
}

double goodput(std::uint64_t bytes, SimTime time) noexcept {
    return time > SimTime{} ? static_cast<double>(bytes) * 8 / seconds(time) : 0;
}

} // namespace rootpool::net
