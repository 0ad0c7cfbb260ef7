#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/host/net_device.h"
#include "rootpool/net/address.h"

namespace rootpool::host {

/// Neighbours of one interface and the packets that wait for their addresses. Entries do not age: a neighbour that
/// comes back with another MAC address asks or announces itself, and that updates the entry (RFC 826, "merge").
class ArpTable {
public:
    static constexpr unsigned waiting_packets = 3; ///< per neighbour (Linux unres_qlen); the oldest makes room
    static constexpr unsigned requests = 3;        ///< Linux mcast_solicit
    static constexpr SimTime retry = 1s;           ///< Linux retrans_time

    /// nullptr when the address is not known.
    [[nodiscard]] const net::MacAddress* find(net::Ipv4Address address) const noexcept;

    struct Held {
        bool ask = false; ///< the first packet for this neighbour: send a request
        bool displaced = false;
        std::uint64_t displaced_cookie = 0;
    };
    /// Keeps a packet until learn() names the address.
    [[nodiscard]] Held hold(net::Ipv4Address address, const TxPacket& packet, SimTime now);

    /// Takes what an ARP packet or the peer's request says; unknown neighbours enter only if `create`. Returns the
    /// packets that waited.
    [[nodiscard]] std::vector<TxPacket> learn(net::Ipv4Address address, const net::MacAddress& mac, bool create);

    [[nodiscard]] SimTime next_deadline() const noexcept;
    struct Expired {
        std::vector<net::Ipv4Address> ask_again;
        std::vector<TxPacket> given_up;
    };
    [[nodiscard]] Expired on_timer(SimTime now);
    /// Forgets everything; returns the packets that waited.
    [[nodiscard]] std::vector<TxPacket> clear();

private:
    struct Neighbour {
        net::Ipv4Address address;
        net::MacAddress mac{};
        bool resolved = false;
        unsigned requests_sent = 0;
        SimTime deadline = core::never;
        std::vector<TxPacket> waiting;
    };
    [[nodiscard]] Neighbour* entry(net::Ipv4Address address) noexcept;

    std::vector<Neighbour> neighbours_;
};

} // namespace rootpool::host
