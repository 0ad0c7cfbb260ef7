#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "rootpool/host/socket_tcp.h"
#include "rootpool/host/socket_udp.h"

namespace rootpool::host {

/// All sockets of a stack and who gets a packet.
class SocketTable {
public:
    [[nodiscard]] TcpSocket* find(net::Endpoint local, net::Endpoint remote) const noexcept;
    [[nodiscard]] SocketObserver* listener(std::uint16_t port) const noexcept;
    [[nodiscard]] UdpSocket* udp(std::uint16_t port) const noexcept;

    /// Throws std::invalid_argument when the port is taken.
    void add_listener(std::uint16_t port, SocketObserver& observer);
    void remove_listener(std::uint16_t port);
    TcpSocket& add(std::unique_ptr<TcpSocket> socket);
    /// Throws std::invalid_argument when the port is taken.
    UdpSocket& add(std::unique_ptr<UdpSocket> socket);
    void remove(const UdpSocket& socket);
    /// Removes sockets that are done with. Their send buffers, and those of sockets in TIME-WAIT, go back to `rings`.
    void reap(SendRings& rings);

    /// From 32768 up (Linux ip_local_port_range), round and round.
    [[nodiscard]] std::uint16_t free_tcp_port(net::Ipv4Address local, net::Endpoint remote);
    [[nodiscard]] std::uint16_t free_udp_port();

    /// In order of their creation.
    [[nodiscard]] const std::vector<std::unique_ptr<TcpSocket>>& tcp_sockets() const noexcept { return tcp_; }

private:
    struct Listener {
        std::uint16_t port;
        SocketObserver* observer;
    };
    struct Key {
        net::Endpoint local;
        net::Endpoint remote;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Hash {
        [[nodiscard]] std::size_t operator()(const Key& key) const noexcept;
    };
    [[nodiscard]] std::uint16_t next_port() noexcept;

    std::vector<std::unique_ptr<TcpSocket>> tcp_;
    std::unordered_map<Key, TcpSocket*, Hash> by_address_;
    std::vector<Listener> listeners_;
    std::vector<std::unique_ptr<UdpSocket>> udp_;
    std::uint16_t last_port_ = 0;
};

} // namespace rootpool::host
