#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <systemc>

#include "models/host/task.h"
#include "rootpool/net/byte_pattern.h"
#include "rootpool/net/sha256.h"

namespace rootpool::models {

/// A program that connects and writes a byte pattern as fast as the socket takes it, for a time or up to a size (iperf
/// client, scp).
class TcpSender : private host::SocketObserver {
public:
    struct Settings {
        net::Endpoint to;
        net::Ipv4Address from;
        std::shared_ptr<const net::BytePattern> pattern; ///< what is sent; held until the program ends
        std::uint32_t write_bytes = 128U << 10U;         ///< of one system call
        std::optional<SimTime> duration;                 ///< from the connection on
        std::optional<std::uint64_t> total_bytes;
        bool digest = false; ///< SHA-256 over what is sent
    };

    TcpSender(const Task& task, const Settings& settings);

    void start();
    /// Notified when the last byte was acknowledged and the connection closed, or failed.
    [[nodiscard]] const sc_core::sc_event& done_event() const noexcept { return done_event_; }
    [[nodiscard]] bool done() const noexcept { return done_; }
    [[nodiscard]] bool failed() const noexcept { return !error_.empty(); }
    /// Why it failed; empty: it did not.
    [[nodiscard]] std::string_view error() const noexcept { return error_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return offset_; }
    [[nodiscard]] SimTime connected_at() const noexcept { return connected_at_; }
    [[nodiscard]] SimTime last_write_at() const noexcept { return last_write_at_; }
    [[nodiscard]] const net::TcpCounters& counters() const noexcept {
        return socket_ != nullptr ? socket_->counters() : counters_;
    }
    [[nodiscard]] std::string digest() { return digest_.hex(); }

private:
    void on_connected(host::TcpSocket& socket) override;
    void on_writable(host::TcpSocket& socket) override;
    void on_closed(host::TcpSocket& socket, net::TcpCloseReason reason) override;

    void connect();
    void write();
    void write_now();
    void close_now();
    void nothing() {}
    [[nodiscard]] std::uint64_t left() const;

    Task task_;
    Settings settings_;
    net::Sha256 digest_;
    host::TcpSocket* socket_ = nullptr;
    std::uint64_t offset_ = 0;
    std::uint32_t next_bytes_ = 0;
    bool blocked_ = false;
    bool closing_ = false;
    bool done_ = false;
    std::string_view error_;
    SimTime connected_at_{};
    SimTime last_write_at_{};
    net::TcpCounters counters_;
    sc_core::sc_event done_event_;
};

} // namespace rootpool::models
