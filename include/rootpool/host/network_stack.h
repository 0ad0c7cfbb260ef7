#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/host/host_memory.h"
#include "rootpool/host/net_device.h"
#include "rootpool/host/network_stack_counters.h"
#include "rootpool/host/network_stack_interface.h"
#include "rootpool/host/network_stack_output.h"
#include "rootpool/host/network_stack_transmit_slots.h"
#include "rootpool/host/socket_observer.h"
#include "rootpool/host/socket_table.h"
#include "rootpool/host/socket_tcp.h"
#include "rootpool/host/socket_udp.h"
#include "rootpool/net/icmp.h"
#include "rootpool/net/tcp_parameters.h"

namespace rootpool::host {

struct StackParameters {
    net::TcpParameters tcp;
    std::uint32_t send_buffer = 1024U * 1024;   ///< bytes per TCP socket; a power of two
    std::uint32_t udp_receive_buffer = 124'928; ///< bytes (Linux rmem_default), counted in whole receive buffers
    std::size_t tcp_sockets =
        64; ///< connections with a send buffer (those in TIME-WAIT have none); a SYN beyond is dropped
    unsigned queue_packets = 1000;  ///< per interface (txqueuelen)
    bool receive_coalescing = true; ///< GRO
};

/// The network half of a kernel: ARP, IPv4, ICMP echo, UDP and TCP over several interfaces. It has no clock and no CPU:
/// whoever calls it decides when a step happens and reads from work() what it has cost. One call is one step of Linux's
/// NAPI receive path or of a system call. Packets are bytes in host memory, before and behind this class.
class NetworkStack final : private CoalescedReceiver {
public:
    /// The stack gives received packets back to `buffers`. `seed` fixes initial sequence numbers.
    NetworkStack(HostMemory& memory, DmaAllocator& allocator, ReceiveBuffers& buffers,
                 const StackParameters& parameters, std::uint64_t seed);
    NetworkStack(const NetworkStack&) = delete;
    NetworkStack& operator=(const NetworkStack&) = delete;
    ~NetworkStack() override;

    /// Throws std::invalid_argument for an MTU outside 576 to 1986 (one receive buffer) or a netmask with holes.
    InterfaceId add_interface(NetDevice& device, net::Ipv4Address address, net::Ipv4Address netmask,
                              std::uint16_t mtu = 1500);
    /// The device is gone: its queue is dropped and packets that it held count as transmitted. Sockets stay and time
    /// out.
    void remove_interface(InterfaceId interface, SimTime now);

    // -- softirq --
    /// One received packet: parse, check, coalesce. Pure ACKs and packets that do not coalesce go up at once.
    void on_received(InterfaceId interface, const RxPacket& packet, SimTime now);
    /// End of a poll: what was coalesced goes up to TCP.
    void flush_receive(InterfaceId interface, SimTime now);
    /// A device has read the packet with this cookie; the queue of its interface moves on.
    void on_transmitted(std::uint64_t cookie, SimTime now);
    /// A time at or before the first timer; core::never without one. After a call at that time ask again.
    [[nodiscard]] SimTime next_deadline() const noexcept;
    void on_timer(SimTime now);

    // -- system calls --
    /// Throws std::invalid_argument when the port is taken. The observer hears on_accepted and outlives the stack.
    void tcp_listen(std::uint16_t port, SocketObserver& observer);
    /// Connections that were accepted go on.
    void tcp_stop_listening(std::uint16_t port) { sockets_.remove_listener(port); }
    /// Starts a handshake; on_connected or on_closed follows. nullptr when no interface reaches the address. `source`
    /// chooses the interface (bind before connect); the unspecified address lets the route choose.
    TcpSocket* tcp_connect(net::Endpoint to, SocketObserver* observer, SimTime now, net::Ipv4Address source = {});
    /// Port 0: the next free one. Throws std::invalid_argument when the port is taken.
    UdpSocket& udp_open(std::uint16_t port, UdpObserver* observer);
    void udp_close(UdpSocket& socket);
    /// One ICMP echo request with this data; false as UdpSocket::send.
    /// `source` chooses the interface; the unspecified address lets the route choose.
    bool send_echo_request(net::Ipv4Address to, std::uint16_t identifier, std::uint16_t sequence, core::ByteView data,
                           SimTime now, net::Ipv4Address source = {});
    /// Every observer is shown all echo replies, as raw sockets are, until it is removed.
    void add_echo_observer(EchoObserver& observer) { echo_observers_.push_back(&observer); }
    void remove_echo_observer(EchoObserver& observer) { std::erase(echo_observers_, &observer); }

    [[nodiscard]] const StackWork& work() const noexcept { return work_; }
    [[nodiscard]] const DropCounters& drops() const noexcept { return drops_; }
    /// Packets of this stack that lie in queues and devices.
    [[nodiscard]] std::size_t packets_under_way() const noexcept { return slots_.in_use(); }
    [[nodiscard]] const SocketTable& sockets() const noexcept { return sockets_; }
    [[nodiscard]] const NetworkInterface& interface(InterfaceId id) const { return *interfaces_.at(id.index()); }

private:
    void on_segment(const CoalescedSegment& segment, SimTime now) override;
    /// Each returns whether the buffer was taken over; otherwise the caller gives it back.
    [[nodiscard]] bool receive_packet(NetworkInterface& interface, const RxPacket& packet, SimTime now);
    [[nodiscard]] bool receive_ipv4(NetworkInterface& interface, const RxPacket& packet, core::ByteView bytes,
                                    SimTime now);
    [[nodiscard]] bool receive_tcp(NetworkInterface& interface, const RxPacket& packet, const net::Ipv4Header& ip,
                                   core::ByteView data, SimTime now);
    [[nodiscard]] bool receive_udp(const RxPacket& packet, const net::Ipv4Header& ip, core::ByteView data);
    void receive_icmp(const net::Ipv4Header& ip, core::ByteView message, SimTime now);
    void receive_arp(NetworkInterface& interface, core::ByteView bytes, SimTime now);
    [[nodiscard]] bool send_echo(const net::IcmpEcho& echo, net::Ipv4Address to, net::Ipv4Address source,
                                 core::ByteView data, SimTime now);
    void refuse(const CoalescedSegment& segment, SimTime now);
    TcpSocket& make_socket(NetworkInterface& interface, net::Endpoint local, net::Endpoint remote);
    void on_syn(const CoalescedSegment& segment, SimTime now);
    [[nodiscard]] bool local_address(net::Ipv4Address address) const noexcept;
    [[nodiscard]] std::uint32_t next_initial_sequence() noexcept;
    void reap();
    bool drop(Drop reason) noexcept;

    HostMemory& memory_;
    ReceiveBuffers& buffers_;
    StackParameters parameters_;
    StackWork work_;
    DropCounters drops_;
    TransmitSlots slots_;
    std::vector<std::unique_ptr<NetworkInterface>> interfaces_;
    Ipv4Output output_;
    SendRings rings_;
    SocketTable sockets_;
    std::vector<EchoObserver*> echo_observers_;
    std::uint64_t initial_sequence_state_;
    SimTime deadline_ = core::never; ///< at or before the first timer of any socket
    std::uint16_t icmp_identification_ = 1;
};

} // namespace rootpool::host
