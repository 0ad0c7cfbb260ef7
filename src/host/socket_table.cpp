#include "rootpool/host/socket_table.h"

#include <algorithm>
#include <stdexcept>

#include "rootpool/core/hash.h"

namespace rootpool::host {

namespace {

constexpr std::uint16_t first_ephemeral_port = 32'768; ///< Linux ip_local_port_range
constexpr std::uint16_t last_ephemeral_port = 61'000;

} // namespace

std::size_t SocketTable::Hash::operator()(const Key& key) const noexcept {
    core::RunningHash hash;
    hash.add(std::uint64_t{key.local.address.value()} << 32U | key.remote.address.value());
    hash.add(std::uint64_t{key.local.port} << 16U | key.remote.port);
    return hash.value();
}

TcpSocket* SocketTable::find(net::Endpoint local, net::Endpoint remote) const noexcept {
    const auto found = by_address_.find({local, remote});
    return found == by_address_.end() ? nullptr : found->second;
}

SocketObserver* SocketTable::listener(std::uint16_t port) const noexcept {
    const auto found =
        std::find_if(listeners_.begin(), listeners_.end(), [port](const Listener& l) { return l.port == port; });
    return found == listeners_.end() ? nullptr : found->observer;
}

UdpSocket* SocketTable::udp(std::uint16_t port) const noexcept {
    const auto found =
        std::find_if(udp_.begin(), udp_.end(), [port](const auto& socket) { return socket->port() == port; });
    return found == udp_.end() ? nullptr : found->get();
}

void SocketTable::add_listener(std::uint16_t port, SocketObserver& observer) {
    if (listener(port) != nullptr) {
        throw std::invalid_argument("TCP port " + std::to_string(port) + " is in use");
    }
    listeners_.push_back({port, &observer});
}

void SocketTable::remove_listener(std::uint16_t port) {
    std::erase_if(listeners_, [port](const Listener& listener) { return listener.port == port; });
}

TcpSocket& SocketTable::add(std::unique_ptr<TcpSocket> socket) {
    by_address_[{socket->local(), socket->remote()}] = socket.get();
    return *tcp_.emplace_back(std::move(socket));
}

UdpSocket& SocketTable::add(std::unique_ptr<UdpSocket> socket) {
    if (udp(socket->port()) != nullptr) {
        throw std::invalid_argument("UDP port " + std::to_string(socket->port()) + " is in use");
    }
    return *udp_.emplace_back(std::move(socket));
}

void SocketTable::remove(const UdpSocket& socket) {
    std::erase_if(udp_, [&socket](const auto& candidate) { return candidate.get() == &socket; });
}

void SocketTable::reap(SendRings& rings) {
    for (const std::unique_ptr<TcpSocket>& socket : tcp_) {
        if (socket->disposable() || socket->ring_is_spare()) {
            if (const SendRing ring = socket->give_up_ring(); ring.size != 0) {
                rings.give_back(ring);
            }
        }
    }
    std::erase_if(tcp_, [this](const std::unique_ptr<TcpSocket>& socket) {
        if (!socket->disposable()) {
            return false;
        }
        by_address_.erase({socket->local(), socket->remote()});
        return true;
    });
}

std::uint16_t SocketTable::next_port() noexcept {
    last_port_ = last_port_ < first_ephemeral_port || last_port_ >= last_ephemeral_port
                     ? first_ephemeral_port
                     : static_cast<std::uint16_t>(last_port_ + 1);
    return last_port_;
}

std::uint16_t SocketTable::free_tcp_port(net::Ipv4Address local, net::Endpoint remote) {
    std::uint16_t port = next_port();
    while (find({local, port}, remote) != nullptr || listener(port) != nullptr) { // fewer sockets than ports: ends
        port = next_port();
    }
    return port;
}

std::uint16_t SocketTable::free_udp_port() {
    std::uint16_t port = next_port();
    while (udp(port) != nullptr) {
        port = next_port();
    }
    return port;
}

} // namespace rootpool::host
