#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "models/host/task.h"
#include "rootpool/net/byte_pattern.h"
#include "rootpool/net/sha256.h"

namespace rootpool::models {

/// A program that listens, reads one connection to its end and compares every byte with the pattern that the sender
/// writes.
class TcpReceiver : private host::SocketObserver {
public:
    struct Settings {
        std::uint16_t port = 0;
        std::shared_ptr<const net::BytePattern> pattern; ///< what is sent; held until the program ends
        std::uint32_t read_bytes = 128U << 10U;          ///< of one system call
        bool digest = false;
    };

    TcpReceiver(const Task& task, const Settings& settings);

    /// Throws std::invalid_argument when the port is taken.
    void start();
    /// The sender has failed, so nothing more comes: ends as if it were killed. Nothing if it has ended.
    void give_up();
    /// Notified when the connection is closed in both directions, or failed.
    [[nodiscard]] const sc_core::sc_event& done_event() const noexcept { return done_event_; }
    [[nodiscard]] bool done() const noexcept { return done_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Bytes that are not what the sender wrote.
    [[nodiscard]] std::uint64_t wrong_bytes() const noexcept { return wrong_bytes_; }
    [[nodiscard]] SimTime first_byte_at() const noexcept { return first_byte_at_; }
    [[nodiscard]] SimTime last_byte_at() const noexcept { return last_byte_at_; }
    [[nodiscard]] const net::TcpCounters& counters() const noexcept {
        return socket_ != nullptr ? socket_->counters() : counters_;
    }
    [[nodiscard]] std::string digest() { return digest_.hex(); }

private:
    void on_accepted(host::TcpSocket& socket) override;
    void on_readable(host::TcpSocket& socket) override;
    void on_closed(host::TcpSocket& socket, net::TcpCloseReason reason) override;

    void read();
    void read_now();
    void check(core::ByteView bytes);
    void close();
    void end();
    void nothing() {}

    Task task_;
    Settings settings_;
    net::Sha256 digest_;
    host::TcpSocket* socket_ = nullptr;
    std::uint32_t next_bytes_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t wrong_bytes_ = 0;
    bool asleep_ = true;
    bool closed_by_us_ = false;
    bool done_ = false;
    SimTime first_byte_at_{};
    SimTime last_byte_at_{};
    net::TcpCounters counters_;
    sc_core::sc_event done_event_;
};

} // namespace rootpool::models
