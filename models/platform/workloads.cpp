#include "models/platform/workloads.h"

#include <algorithm>
#include <fmt/format.h>

#include "models/platform/platform.h"
#include "models/platform/step_results.h"
#include "rootpool/core/error.h"
#include "rootpool/core/hash.h"
#include "rootpool/net/iperf_report.h"

namespace rootpool::models {

namespace {

/// After the last datagram was sent: time for what is under way to arrive and be read.
constexpr SimTime datagram_grace = 10ms;

[[nodiscard]] double seconds(SimTime time) { return std::chrono::duration<double>(time).count(); }

} // namespace

net::Ipv4Address Workloads::address(scenario::InterfaceId interface) const {
    return net::Ipv4Address(platform_.config().interface(interface).address.value());
}

Task Workloads::make_task(scenario::InterfaceId interface) {
    OperatingSystem& system = platform_.system(platform_.config().interface(interface).server);
    const std::size_t tasks = std::max<std::size_t>(system.server().core_count() - 1, 1);
    const std::size_t core = system.server().core_count() == 1 ? 0 : 1 + (next_core_++ - 1) % tasks;
    return {system.server(), system.processing(), core};
}

std::shared_ptr<const net::BytePattern> Workloads::pattern(std::string_view name, unsigned stream) const {
    core::RunningHash hash;
    hash.add(platform_.config().seed);
    for (const char letter : name) {
        hash.add(static_cast<unsigned char>(letter));
    }
    hash.add(stream);
    return std::make_shared<const net::BytePattern>(hash.value());
}

void Workloads::print(scenario::InterfaceId on, const std::string& line) {
    platform_.files().console(platform_.config().interface(on).server).line(line);
}

void Workloads::require(bool condition, const std::string& name, std::string_view what) const {
    if (!condition) {
        throw core::ModelViolation(fmt::format("{}: {}", name, what));
    }
}

const Workloads::Transfer& Workloads::start_transfer(Transfers& group, scenario::InterfaceId from,
                                                     scenario::InterfaceId to, TcpSender::Settings sender,
                                                     TcpReceiver::Settings receiver) {
    receiver.port = take_port();
    receiver.pattern = sender.pattern;
    sender.to = {address(to), receiver.port};
    sender.from = address(from);
    Transfer& transfer = *group.emplace_back(std::make_unique<Transfer>());
    transfer.from = from;
    transfer.to = to;
    transfer.receiver = std::make_unique<TcpReceiver>(make_task(to), receiver);
    transfer.sender = std::make_unique<TcpSender>(make_task(from), sender);
    transfer.receiver->start();
    transfer.sender->start();
    return transfer;
}

/// Until the connection is closed at both ends. If the sender fails, the receiver would wait for ever.
void Workloads::wait_for(const Transfer& transfer, const std::string& name) {
    Scheduler& scheduler = platform_.topology().scheduler();
    while (!transfer.receiver->done() && !transfer.sender->failed()) {
        scheduler.wait_for(transfer.receiver->done_event() | transfer.sender->done_event());
    }
    if (transfer.sender->failed()) {
        transfer.receiver->give_up();
        print(transfer.from, fmt::format("{}: connection to {} failed: {}", name, net::to_string(address(transfer.to)),
                                         transfer.sender->error()));
        print(transfer.to,
              fmt::format("{}: ended after {} bytes: the sender has failed", name, transfer.receiver->bytes()));
    }
}

/// Ports are closed with their programs, so they can go round.
std::uint16_t Workloads::take_port() noexcept {
    constexpr std::uint16_t last_port = 32'767; // the next one is Linux' first ephemeral port
    const std::uint16_t port = next_port_;
    next_port_ = port == last_port ? first_port : static_cast<std::uint16_t>(port + 1);
    return port;
}

void Workloads::iperf(const scenario::Iperf& step) {
    if (step.protocol == scenario::Protocol::tcp) {
        iperf_tcp(step);
    } else {
        iperf_udp(step);
    }
}

void Workloads::iperf_tcp(const scenario::Iperf& step) {
    Transfers& streams = transfers_.emplace_back();
    const std::uint16_t listening = next_port_;
    for (unsigned stream = 0; stream < step.streams; ++stream) {
        TcpSender::Settings sender;
        sender.pattern = pattern(step.name, stream);
        sender.write_bytes = step.size;
        sender.duration = step.duration;
        start_transfer(streams, step.client, step.server, sender, {});
    }
    const SimTime start = now();
    print(step.client, net::iperf_client_banner({address(step.server), listening}));
    platform_.topology().scheduler().wait_for(step.duration);
    std::uint64_t received = 0; // by the receiving programs within the duration
    for (const std::unique_ptr<Transfer>& transfer : streams) {
        received += transfer->receiver->bytes();
    }
    print(step.server, net::iperf_line(SimTime{0}, now() - start, received));
    const StreamTotals totals = end_streams(streams, step, start);
    require(totals.wrong_bytes == 0, step.name, "bytes arrived that the sender had not written at that place");

    StepResults results(metrics_, "iperf", step.name);
    results.add("goodput", net::goodput(received, step.duration));
    results.add("bytes", received);
    results.add("retransmissions", totals.retransmissions);
    results.add("failed", totals.failed);
    results.add("wrong_bytes", totals.wrong_bytes);
    results.add("start", start);
}

/// Waits for all streams, and prints what the client says of each.
Workloads::StreamTotals Workloads::end_streams(const Transfers& streams, const scenario::Iperf& step, SimTime start) {
    StreamTotals totals;
    for (const std::unique_ptr<Transfer>& transfer : streams) {
        wait_for(*transfer, step.name);
        const TcpSender& sender = *transfer->sender;
        const TcpReceiver& receiver = *transfer->receiver;
        require(sender.failed() || receiver.bytes() == sender.bytes(), step.name,
                "bytes were lost inside a TCP stream");
        totals.failed += sender.failed() ? 1 : 0;
        totals.retransmissions += sender.counters().retransmissions;
        totals.wrong_bytes += receiver.wrong_bytes();
        print(step.client,
              net::iperf_line(SimTime{0}, std::max(sender.last_write_at() - start, SimTime{0}), sender.bytes()));
    }
    return totals;
}

/// Until the sender has sent all and the receiver has read all that arrived.
void Workloads::wait_for(const DatagramTransfer& transfer) {
    while (!transfer.sender->done()) {
        platform_.topology().scheduler().wait_for(transfer.sender->done_event());
    }
    do {
        platform_.topology().scheduler().wait_for(datagram_grace);
    } while (!transfer.receiver->idle());
    transfer.receiver->stop();
}

void Workloads::start_datagrams(DatagramTransfers& group, const scenario::Iperf& step, unsigned stream) {
    DatagramSender::Settings settings;
    settings.to = {address(step.server), take_port()};
    settings.from = address(step.client);
    settings.pattern = pattern(step.name, stream);
    settings.bytes = step.size;
    settings.rate = step.rate;
    settings.duration = step.duration;
    DatagramTransfer& transfer = *group.emplace_back(std::make_unique<DatagramTransfer>());
    transfer.sender =
        std::make_unique<DatagramSender>(make_task(step.client), platform_.topology().scheduler(), settings);
    transfer.receiver = std::make_unique<DatagramReceiver>(make_task(step.server), settings.to.port, settings.pattern);
    transfer.receiver->start();
    transfer.sender->start();
}

void Workloads::iperf_udp(const scenario::Iperf& step) {
    const SimTime start = now();
    print(step.client, net::iperf_client_banner({address(step.server), next_port_}, net::IpProtocol::udp));
    DatagramTransfers& streams = datagrams_.emplace_back();
    for (unsigned stream = 0; stream < step.streams; ++stream) {
        start_datagrams(streams, step, stream);
    }
    platform_.topology().scheduler().wait_for(step.duration);
    std::uint64_t bytes_in_time = 0; // within the duration of the step
    for (const std::unique_ptr<DatagramTransfer>& transfer : streams) {
        bytes_in_time += transfer->receiver->bytes();
    }
    for (const std::unique_ptr<DatagramTransfer>& transfer : streams) {
        wait_for(*transfer);
    }
    const DatagramTotals totals = sum_up(streams, step);
    require(totals.wrong_bytes == 0, step.name, "datagrams arrived with other data than was sent");
    StepResults results(metrics_, "iperf", step.name);
    results.add("goodput", net::goodput(bytes_in_time, step.duration));
    results.add("bytes", totals.bytes);
    results.add("datagrams", totals.sent);
    results.add("lost", totals.lost);
    results.add("refused", totals.refused);
    results.add("wrong_bytes", totals.wrong_bytes);
    results.add("start", start);
}

/// Prints what the server says of each stream.
Workloads::DatagramTotals Workloads::sum_up(const DatagramTransfers& streams, const scenario::Iperf& step) {
    DatagramTotals totals;
    for (const std::unique_ptr<DatagramTransfer>& transfer : streams) {
        const DatagramReceiver& receiver = *transfer->receiver;
        const std::uint64_t sent = transfer->sender->sent();
        const std::uint64_t lost = sent - receiver.datagrams();
        totals.bytes += receiver.bytes();
        totals.wrong_bytes += receiver.wrong_bytes();
        totals.sent += sent;
        totals.lost += lost;
        totals.refused += transfer->sender->refused();
        print(step.server,
              net::iperf_datagram_line(SimTime{0}, step.duration, receiver.bytes(), {receiver.jitter(), lost, sent}));
    }
    return totals;
}

void Workloads::ping(const scenario::Ping& step) {
    EchoClient::Settings settings;
    settings.to = address(step.to);
    settings.count = step.count;
    settings.interval = step.interval;
    settings.data_bytes = step.size;
    settings.from = address(step.from);
    settings.identifier = next_identifier_++;
    EchoClient& client = *echo_clients_.emplace_back(
        std::make_unique<EchoClient>(make_task(step.from), platform_.topology().scheduler(), settings,
                                     [this, &step](const std::string& line) { print(step.from, line); }));
    const SimTime start = now();
    client.run();
    require(client.wrong_replies() == 0, step.name, "an echo reply brought other data than the request");

    const net::PingReport& report = client.report();
    StepResults results(metrics_, "ping", step.name);
    results.add("transmitted", report.transmitted());
    results.add("received", report.received());
    results.add("loss", report.loss_percent());
    results.add("rtt_first", report.first());
    results.add("rtt_min", report.min());
    results.add("rtt_avg", report.avg());
    results.add("rtt_max", report.max());
    results.add("rtt_mdev", report.mdev());
    results.add("start", start);
}

void Workloads::copy(const scenario::Copy& step) {
    TcpSender::Settings sender;
    sender.pattern = pattern(step.name, 0);
    sender.total_bytes = step.size;
    sender.digest = true;
    TcpReceiver::Settings receiver;
    receiver.digest = true;
    const SimTime start = now();
    const Transfer& transfer = start_transfer(transfers_.emplace_back(), step.from, step.to, sender, receiver);
    wait_for(transfer, step.name);
    const SimTime duration =
        std::max(transfer.receiver->last_byte_at() - transfer.sender->connected_at(), SimTime{0}); // without a byte: 0
    const bool equal = transfer.sender->digest() == transfer.receiver->digest();
    print(step.to,
          fmt::format("{}: {} bytes in {:.6f} s", step.name, transfer.receiver->bytes(), seconds(now() - start)));
    print(step.to, fmt::format("sha256 {} {}", transfer.receiver->digest(), equal ? "OK" : "FAILED"));

    StepResults results(metrics_, "copy", step.name);
    results.add("bytes", transfer.receiver->bytes());
    results.add("wrong_bytes", transfer.receiver->wrong_bytes());
    results.add("sha256_equal", equal ? 1U : 0U);
    results.add("failed", transfer.sender->failed() ? 1U : 0U);
    results.add("duration", duration);
    results.add("goodput", net::goodput(transfer.receiver->bytes(), duration));
    results.add("start", start);
}

} // namespace rootpool::models
