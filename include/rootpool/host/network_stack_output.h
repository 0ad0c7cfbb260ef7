#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/core/time.h"
#include "rootpool/host/network_stack_counters.h"
#include "rootpool/host/network_stack_interface.h"
#include "rootpool/host/network_stack_transmit_slots.h"
#include "rootpool/host/socket_send_ring.h"
#include "rootpool/net/ipv4.h"
#include "rootpool/net/tcp_segment.h"

namespace rootpool::host {

/// The way down: routes, builds headers in kernel memory and gives packets to interfaces. Checksums of TCP and UDP are
/// left to the device: the field holds the sum of the pseudo header, as Linux's CHECKSUM_PARTIAL does; for segmentation
/// without the length, and the IP header without total length and checksum, as ixgbe_tso() prepares it for the 82599
/// (82599 datasheet 7.2.4.5).
class Ipv4Output {
public:
    using Interfaces = std::vector<std::unique_ptr<NetworkInterface>>;

    Ipv4Output(const Interfaces& interfaces, TransmitSlots& slots, StackWork& work, DropCounters& drops) noexcept
        : interfaces_(interfaces), slots_(slots), work_(work), drops_(drops) {}

    /// The interface with this source address or, without one, the first whose network holds the destination. nullptr
    /// without one.
    [[nodiscard]] NetworkInterface* route(net::Ipv4Address to, net::Ipv4Address source = {}) const noexcept;

    struct TcpPacket {
        net::Endpoint local;
        net::Endpoint remote;
        std::uint16_t identification = 0;
        TcpSocket* socket = nullptr; ///< with `data`, when the segment has data
        const SocketSendBuffer* data = nullptr;
    };
    /// False when it was dropped at once; counted.
    bool send(const TcpPacket& packet, const net::TcpOutgoingSegment& segment, SimTime now);

    /// A whole packet that its caller fills: bytes from behind the Ethernet header on.
    struct Datagram {
        NetworkInterface& interface;
        std::uint64_t cookie;
        std::uint64_t address;
        core::MutableByteView frame;   ///< with Ethernet header
        core::MutableByteView message; ///< of the protocol above IP
    };
    /// Room for a message of `length` bytes with Ethernet and IPv4 headers written; empty when it cannot go (counted).
    [[nodiscard]] std::optional<Datagram> begin(net::IpProtocol protocol, net::Ipv4Address to, net::Ipv4Address source,
                                                std::uint16_t identification, std::size_t length);
    /// `l4_checksum`: the device shall complete UDP's checksum.
    void finish(const Datagram& datagram, net::Ipv4Address to, bool l4_checksum, SimTime now);

private:
    bool drop(Drop reason) noexcept {
        drops_.add(reason);
        return false;
    }

    const Interfaces& interfaces_;
    TransmitSlots& slots_;
    StackWork& work_;
    DropCounters& drops_;
};

} // namespace rootpool::host
