#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "models/host/task.h"
#include "rootpool/net/byte_pattern.h"
#include "rootpool/net/iperf_report.h"

namespace rootpool::models {

/// What precedes the data of every datagram, big endian: number 8 (from 0), time of sending 8 (femtoseconds).
inline constexpr std::uint32_t datagram_header_bytes = 16;

/// A program that sends numbered datagrams of one size at a rate, or as fast as it can (iperf -u client).
class DatagramSender {
public:
    struct Settings {
        net::Endpoint to;
        net::Ipv4Address from;                           ///< of the interface to use
        std::shared_ptr<const net::BytePattern> pattern; ///< what is sent; held until the program ends
        std::uint32_t bytes = 1470;                      ///< of one datagram, header included
        std::optional<std::uint64_t> rate;               ///< payload bits per second
        SimTime duration{};
    };
    DatagramSender(const Task& task, Scheduler& scheduler, const Settings& settings);

    void start();
    [[nodiscard]] bool done() const noexcept { return done_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    /// Datagrams that the kernel refused: its packet memory was used up.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
    [[nodiscard]] const sc_core::sc_event& done_event() const noexcept { return done_event_; }

private:
    void next();
    void send();
    void call();
    void advance_due(std::uint64_t rate);
    void close();

    Task task_;
    Settings settings_;
    host::UdpSocket* socket_ = nullptr;
    std::vector<std::uint8_t> datagram_;
    Timer pace_;
    SimTime start_{};
    SimTime due_{};                   ///< of the next datagram, when there is a rate
    std::uint64_t due_remainder_ = 0; ///< of the division that gave due_: femtoseconds times rate
    std::uint64_t sent_ = 0;
    std::uint64_t refused_ = 0;
    bool done_ = false;
    sc_core::sc_event done_event_;
};

/// A program that receives them, checks every byte and counts what is missing (iperf -u server).
class DatagramReceiver : private host::UdpObserver {
public:
    DatagramReceiver(const Task& task, std::uint16_t port, std::shared_ptr<const net::BytePattern> pattern);

    void start();
    /// Closes the socket; what it still holds is lost.
    void stop();
    /// Everything that arrived was read.
    [[nodiscard]] bool idle() const noexcept { return asleep_; }
    [[nodiscard]] std::uint64_t datagrams() const noexcept { return datagrams_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint64_t wrong_bytes() const noexcept { return wrong_bytes_; }
    /// Mean deviation of transit times (RFC 1889 6.3.1).
    [[nodiscard]] SimTime jitter() const noexcept { return jitter_; }

private:
    void on_datagram(host::UdpSocket& socket) override;
    void read();
    void read_now();
    void close();
    void check(net::Endpoint from, core::ByteView bytes);

    Task task_;
    std::uint16_t port_;
    std::shared_ptr<const net::BytePattern> pattern_;
    host::UdpSocket* socket_ = nullptr;
    bool asleep_ = true;
    std::uint64_t datagrams_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t wrong_bytes_ = 0;
    SimTime transit_{};
    SimTime jitter_{};
};

} // namespace rootpool::models
