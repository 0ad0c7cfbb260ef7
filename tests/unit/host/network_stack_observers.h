#pragma once

#include <numeric>
#include <vector>

#include "tests/unit/host/network_stack_machine.h"

namespace rootpool::host::test {

/// Keeps the echo replies that come.
class Echoes final : public EchoObserver {
public:
    void on_echo_reply(net::Ipv4Address from, std::uint16_t identifier, std::uint16_t sequence, std::uint8_t ttl,
                       core::ByteView data, SimTime now) override {
        replies.push_back({from, identifier, sequence, ttl, Bytes(data.begin(), data.end()), now});
    }
    struct Reply {
        net::Ipv4Address from;
        std::uint16_t identifier;
        std::uint16_t sequence;
        std::uint8_t time_to_live;
        Bytes data;
        SimTime at;
    };
    std::vector<Reply> replies;
};

/// Reads and keeps the datagrams that come.
class Datagrams final : public UdpObserver {
public:
    void on_datagram(UdpSocket& socket) override {
        ++arrived;
        while (reading && socket.receive(UdpSocket::Sink::to<&Datagrams::take>(*this))) {
        }
    }
    void take(net::Endpoint from, core::ByteView data) {
        last_from = from;
        received.emplace_back(data.begin(), data.end());
    }
    unsigned arrived = 0;
    bool reading = true;
    net::Endpoint last_from;
    std::vector<Bytes> received;
};

/// 0, 1, 2, ...
[[nodiscard]] inline Bytes numbered(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

} // namespace rootpool::host::test
