#include "rootpool/net/iperf_report.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <fmt/format.h>
#include <string_view>

namespace rootpool::net {

namespace {

constexpr std::string_view rule = "------------------------------------------------------------";

using Units = std::array<std::string_view, 4>;
constexpr Units byte_units{"Byte", "KByte", "MByte", "GByte"};
constexpr Units bit_units{"bit", "Kbit", "Mbit", "Gbit"};

/// iperf's byte_snprintf with its adaptive format: bytes in powers of 1024, bits in powers of 1000, four places.
[[nodiscard]] std::string quantity(double value, double divisor, const Units& units) {
    std::size_t unit = 0;
    while (value >= divisor && unit + 1 < units.size()) {
        value /= divisor;
        ++unit;
    }
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:4.{}f} {}", value, decimals, units[unit]);
}
[[nodiscard]] std::string byte_quantity(double bytes) { return quantity(bytes, 1024, byte_units); }

[[nodiscard]] double seconds(SimTime time) noexcept { return std::chrono::duration<double>(time).count(); }

[[nodiscard]] std::string_view name(IpProtocol protocol) noexcept {
    return protocol == IpProtocol::udp ? "UDP" : "TCP";
}

[[nodiscard]] std::string banner(const std::string& first_line, IpProtocol protocol, std::uint32_t buffer_bytes) {
    std::string text = fmt::format("{}\n{}\n", rule, first_line);
    if (buffer_bytes != 0) {
        text += fmt::format("{} {} size: {} (default)\n", name(protocol),
                            protocol == IpProtocol::udp ? "buffer" : "window", byte_quantity(buffer_bytes));
    }
    return text.append(rule);
}

} // namespace

std::string iperf_client_banner(Endpoint server, IpProtocol protocol, std::uint32_t buffer_bytes) {
    return banner(
        fmt::format("Client connecting to {}, {} port {}", to_string(server.address), name(protocol), server.port),
        protocol, buffer_bytes);
}

std::string iperf_server_banner(std::uint16_t port, IpProtocol protocol, std::uint32_t buffer_bytes) {
    return banner(fmt::format("Server listening on {} port {}", name(protocol), port), protocol, buffer_bytes);
}

std::string iperf_connected(Endpoint local, Endpoint remote, unsigned id) {
    return fmt::format("[{:3}] local {} port {} connected with {} port {}", id, to_string(local.address), local.port,
                       to_string(remote.address), remote.port);
}

std::string iperf_heading(IpProtocol protocol) {
    return protocol == IpProtocol::udp
               ? "[ ID] Interval       Transfer     Bandwidth        Jitter   Lost/Total Datagrams"
               : "[ ID] Interval       Transfer     Bandwidth";
}

std::string iperf_line(SimTime from, SimTime to, std::uint64_t bytes, unsigned id) {
    return fmt::format("[{:3}] {:4.1f}-{:4.1f} sec  {}s  {}s/sec", id, seconds(from), seconds(to),
                       byte_quantity(static_cast<double>(bytes)), quantity(goodput(bytes, to - from), 1000, bit_units));
}

std::string iperf_datagram_line(SimTime from, SimTime to, std::uint64_t bytes, const IperfDatagrams& datagrams,
                                unsigned id) {
    const double loss =
        datagrams.sent == 0 ? 0.0 : 100.0 * static_cast<double>(datagrams.lost) / static_cast<double>(datagrams.sent);
    return fmt::format("{}  {:6.3f} ms {:4}/{:5} ({:.2g}%)", iperf_line(from, to, bytes, id),
                       seconds(datagrams.jitter) * 1e3, datagrams.lost, datagrams.sent, loss);
}

double goodput(std::uint64_t bytes, SimTime duration) noexcept {
    return duration <= SimTime{0} ? 0.0 : static_cast<double>(bytes) * 8 / seconds(duration);
}

void InterarrivalJitter::on_datagram(SimTime sent, SimTime received) noexcept {
    const SimTime transit = received - sent;
    if (!first_) {
        jitter_ += (std::chrono::abs(transit - transit_) - jitter_) / 16;
    }
    first_ = false;
    transit_ = transit;
}

} // namespace rootpool::net
