#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/host/datagram_stream.h"
#include "models/host/echo_client.h"
#include "models/host/tcp_receiver.h"
#include "models/host/tcp_sender.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

class Platform;

/// The programs that a timeline starts on servers. Every call waits until its programs have ended and adds their
/// metrics.
class Workloads {
public:
    Workloads(Platform& platform, observe::MetricSet& metrics) noexcept : platform_(platform), metrics_(metrics) {}

    void iperf(const scenario::Iperf& step);
    void ping(const scenario::Ping& step);
    void copy(const scenario::Copy& step);

private:
    /// One TCP connection with the programs at both ends. They stay alive to the end of the run: sockets and cores know
    /// them.
    struct Transfer {
        std::unique_ptr<TcpSender> sender;
        std::unique_ptr<TcpReceiver> receiver;
        scenario::InterfaceId from;
        scenario::InterfaceId to;
    };

    using Transfers = std::vector<std::unique_ptr<Transfer>>; ///< of one step

    /// Of all streams of one step.
    struct StreamTotals {
        std::uint64_t retransmissions = 0;
        std::uint64_t failed = 0;
        std::uint64_t wrong_bytes = 0;
    };

    struct DatagramTransfer {
        std::unique_ptr<DatagramSender> sender;
        std::unique_ptr<DatagramReceiver> receiver;
    };
    using DatagramTransfers = std::vector<std::unique_ptr<DatagramTransfer>>; ///< of one step

    /// Of all streams of one step.
    struct DatagramTotals {
        std::uint64_t bytes = 0;
        std::uint64_t wrong_bytes = 0;
        std::uint64_t sent = 0;
        std::uint64_t lost = 0;
        std::uint64_t refused = 0;
    };

    void iperf_tcp(const scenario::Iperf& step);
    void iperf_udp(const scenario::Iperf& step);
    const Transfer& start_transfer(Transfers& group, scenario::InterfaceId from, scenario::InterfaceId to,
                                   TcpSender::Settings sender, TcpReceiver::Settings receiver);
    [[nodiscard]] StreamTotals end_streams(const Transfers& streams, const scenario::Iperf& step, SimTime start);
    void start_datagrams(DatagramTransfers& group, const scenario::Iperf& step, unsigned stream);
    [[nodiscard]] DatagramTotals sum_up(const DatagramTransfers& streams, const scenario::Iperf& step);
    [[nodiscard]] Task make_task(scenario::InterfaceId interface);
    [[nodiscard]] net::Ipv4Address address(scenario::InterfaceId interface) const;
    [[nodiscard]] std::shared_ptr<const net::BytePattern> pattern(std::string_view name, unsigned stream) const;
    [[nodiscard]] std::uint16_t take_port() noexcept;
    void wait_for(const Transfer& transfer, const std::string& name);
    void wait_for(const DatagramTransfer& transfer);
    void print(scenario::InterfaceId on, const std::string& line);
    void require(bool condition, const std::string& name, std::string_view what) const;

    Platform& platform_;
    observe::MetricSet& metrics_;
    // SystemC leaves the stacks of threads as they are when a run is cut short: what has to be freed is kept here.
    std::deque<Transfers> transfers_;
    std::deque<DatagramTransfers> datagrams_;
    std::vector<std::unique_ptr<EchoClient>> echo_clients_;
    static constexpr std::uint16_t first_port = 5001; ///< iperf's
    std::uint16_t next_port_ = first_port;
    std::uint16_t next_identifier_ = 1; ///< of a ping, as its process number
    std::size_t next_core_ = 1;         ///< tasks take the cores after the interrupt core in turn
};

} // namespace rootpool::models
