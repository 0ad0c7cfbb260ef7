#include "rootpool/host/network_stack.h"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "rootpool/core/hash.h"
#include "rootpool/net/arp.h"
#include "rootpool/net/ethernet.h"
#include "rootpool/net/icmp.h"
#include "rootpool/net/udp.h"

namespace rootpool::host {

namespace {

constexpr std::uint16_t least_mtu = 576;
constexpr std::uint16_t largest_mtu =
    1986; ///< with Ethernet header, VLAN tag and alignment in a receive buffer of 2 KB
constexpr std::uint16_t tcp_ip_headers = net::Ipv4Header::size + net::TcpHeader::size;

[[nodiscard]] net::TcpIncomingSegment incoming(const CoalescedSegment& segment) {
    net::TcpIncomingSegment in;
    in.sequence = segment.tcp.sequence;
    in.acknowledgment = segment.tcp.acknowledgment;
    in.flags = segment.tcp.flags;
    in.window = segment.tcp.window;
    in.options = segment.tcp.options;
    in.length = segment.length;
    in.segment_size = segment.segment_size;
    return in;
}

[[nodiscard]] ReceivedPiece piece_of(const RxPacket& packet, core::ByteView data) {
    return {packet.buffer, data.data(), static_cast<std::uint32_t>(data.size())};
}

} // namespace

NetworkStack::NetworkStack(HostMemory& memory, DmaAllocator& allocator, ReceiveBuffers& buffers,
                           const StackParameters& parameters, std::uint64_t seed)
    : memory_(memory), buffers_(buffers), parameters_(parameters), slots_(memory, allocator),
      output_(interfaces_, slots_, work_, drops_), rings_(allocator, parameters.send_buffer),
      initial_sequence_state_(seed) {}

NetworkStack::~NetworkStack() = default;

InterfaceId NetworkStack::add_interface(NetDevice& device, net::Ipv4Address address, net::Ipv4Address netmask,
                                        std::uint16_t mtu) {
    if (mtu < least_mtu || mtu > largest_mtu) {
        throw std::invalid_argument("an MTU of " + std::to_string(mtu) + " does not fit a receive buffer");
    }
    if (!std::has_single_bit(std::uint64_t{~netmask.value()} + 1)) {
        throw std::invalid_argument("netmask " + net::to_string(netmask) + " has holes");
    }
    const InterfaceId id(static_cast<std::uint16_t>(interfaces_.size()));
    CoalescedReceiver& receiver = *this; // a private base: only this class may name it
    interfaces_.push_back(std::make_unique<NetworkInterface>(
        NetworkInterface::Environment{slots_, work_, drops_}, receiver, id, device,
        NetworkInterface::Addresses{address, netmask, mtu}, parameters_.queue_packets));
    return id;
}

void NetworkStack::remove_interface(InterfaceId interface, SimTime now) {
    NetworkInterface& gone = *interfaces_.at(interface.index());
    gone.coalescing().flush(now);
    gone.remove();
    for (const std::uint64_t cookie : slots_.of_interface(interface)) {
        on_transmitted(cookie, now);
    }
}

bool NetworkStack::drop(Drop reason) noexcept {
    drops_.add(reason);
    return false;
}

void NetworkStack::on_received(InterfaceId interface, const RxPacket& packet, SimTime now) {
    ++work_.rx_packets;
    work_.rx_bytes += packet.length;
    if (!receive_packet(*interfaces_.at(interface.index()), packet, now)) {
        buffers_.give_back(packet.buffer);
    }
}

bool NetworkStack::receive_packet(NetworkInterface& interface, const RxPacket& packet, SimTime now) {
    const core::ByteView frame = memory_.view(packet.buffer, packet.length);
    if (frame.empty()) {
        return drop(Drop::outside_memory);
    }
    const auto ethernet = net::EthernetHeader::parse(frame);
    if (!ethernet) {
        return drop(Drop::malformed);
    }
    if (!interface.present() ||
        (ethernet->destination != interface.mac() && ethernet->destination != net::broadcast_mac)) {
        return drop(Drop::wrong_destination);
    }
    const core::ByteView data = frame.subspan(net::EthernetHeader::size);
    if (ethernet->type == net::EtherType::ipv4) {
        return receive_ipv4(interface, packet, data, now);
    }
    if (ethernet->type == net::EtherType::arp) {
        receive_arp(interface, data, now);
        return false;
    }
    return drop(Drop::unknown_type);
}

void NetworkStack::receive_arp(NetworkInterface& interface, core::ByteView bytes, SimTime now) {
    if (const auto arp = net::ArpPacket::parse(bytes)) {
        interface.on_arp(*arp, now);
    } else {
        drops_.add(Drop::malformed);
    }
}

bool NetworkStack::local_address(net::Ipv4Address address) const noexcept {
    return std::any_of(interfaces_.begin(), interfaces_.end(),
                       [address](const auto& interface) { return interface->address() == address; });
}

bool NetworkStack::receive_ipv4(NetworkInterface& interface, const RxPacket& packet, core::ByteView bytes,
                                SimTime now) {
    const auto ip = net::Ipv4Header::parse(bytes);
    if (!ip) {
        return drop(Drop::malformed);
    }
    if (!packet.ipv4_checksum_ok && !net::ipv4_checksum_ok(bytes, ip->header_length)) {
        return drop(Drop::bad_checksum);
    }
    if (ip->fragment()) {
        return drop(Drop::fragment);
    }
    if (!local_address(ip->destination)) {
        return drop(Drop::wrong_destination);
    }
    const core::ByteView data = bytes.subspan(ip->header_length, ip->data_length());
    switch (ip->protocol) {
    case net::IpProtocol::tcp:
        return receive_tcp(interface, packet, *ip, data, now);
    case net::IpProtocol::udp:
        return receive_udp(packet, *ip, data);
    case net::IpProtocol::icmp:
        receive_icmp(*ip, data, now);
        return false;
    }
    return drop(Drop::unknown_protocol);
}

bool NetworkStack::receive_tcp(NetworkInterface& interface, const RxPacket& packet, const net::Ipv4Header& ip,
                               core::ByteView data, SimTime now) {
    const auto tcp = net::TcpHeader::parse(data);
    if (!tcp) {
        return drop(Drop::malformed);
    }
    if (!packet.l4_checksum_ok && !net::tcp_checksum_ok(ip.source, ip.destination, data)) {
        return drop(Drop::bad_checksum);
    }
    const ReceivedPiece piece = piece_of(packet, data.subspan(tcp->header_length));
    if (!parameters_.receive_coalescing) {
        on_segment({ip, *tcp, piece.length, piece.length, {&piece, 1}}, now);
    } else if (interface.coalescing().receive(ip, *tcp, piece, now)) {
        ++work_.rx_merged;
    }
    return true;
}

void NetworkStack::flush_receive(InterfaceId interface, SimTime now) {
    interfaces_.at(interface.index())->coalescing().flush(now);
    reap();
}

void NetworkStack::on_segment(const CoalescedSegment& segment, SimTime now) {
    ++work_.rx_segments_delivered;
    const net::TcpFlags flags = segment.tcp.flags;
    work_.rx_acks += segment.length == 0 && !flags.syn && !flags.fin ? 1 : 0;
    TcpSocket* const socket = sockets_.find({segment.ip.destination, segment.tcp.destination_port},
                                            {segment.ip.source, segment.tcp.source_port});
    if (socket != nullptr && socket->state() != net::TcpState::closed) {
        socket->on_segment(incoming(segment), segment.pieces, now);
        return;
    }
    for (const ReceivedPiece& piece : segment.pieces) {
        buffers_.give_back(piece.buffer);
    }
    if (flags.syn && !flags.ack && !flags.rst && socket == nullptr &&
        sockets_.listener(segment.tcp.destination_port) != nullptr) {
        on_syn(segment, now);
    } else {
        drops_.add(Drop::no_socket);
        refuse(segment, now);
    }
}

void NetworkStack::on_syn(const CoalescedSegment& segment, SimTime now) {
    NetworkInterface* const interface = output_.route(segment.ip.source, segment.ip.destination);
    if (interface == nullptr || rings_.in_use() >= parameters_.tcp_sockets) {
        drops_.add(interface == nullptr ? Drop::no_route : Drop::backlog);
        return;
    }
    TcpSocket& socket = make_socket(*interface, {segment.ip.destination, segment.tcp.destination_port},
                                    {segment.ip.source, segment.tcp.source_port});
    socket.accept(incoming(segment), sockets_.listener(segment.tcp.destination_port), now);
}

/// RFC 793 3.4, reset generation.
void NetworkStack::refuse(const CoalescedSegment& segment, SimTime now) {
    const net::TcpHeader& tcp = segment.tcp;
    if (tcp.flags.rst) {
        return;
    }
    net::TcpOutgoingSegment reset;
    reset.mss = 1;
    reset.flags.rst = true;
    if (tcp.flags.ack) {
        reset.sequence = tcp.acknowledgment;
    } else {
        reset.flags.ack = true;
        reset.acknowledgment = tcp.sequence + segment.length + (tcp.flags.syn ? 1U : 0U) + (tcp.flags.fin ? 1U : 0U);
    }
    output_.send(
        {{segment.ip.destination, tcp.destination_port}, {segment.ip.source, tcp.source_port}, 0, nullptr, nullptr},
        reset, now);
}

bool NetworkStack::receive_udp(const RxPacket& packet, const net::Ipv4Header& ip, core::ByteView data) {
    const auto udp = net::UdpHeader::parse(data);
    if (!udp) {
        return drop(Drop::malformed);
    }
    const core::ByteView datagram = data.first(udp->length);
    if (!packet.l4_checksum_ok && !net::udp_checksum_ok(ip.source, ip.destination, datagram)) {
        return drop(Drop::bad_checksum);
    }
    UdpSocket* const socket = sockets_.udp(udp->destination_port);
    if (socket == nullptr) {
        return drop(Drop::no_socket);
    }
    ++work_.rx_datagrams;
    socket->on_datagram({ip.source, udp->source_port}, piece_of(packet, datagram.subspan(net::UdpHeader::size)));
    return true;
}

void NetworkStack::receive_icmp(const net::Ipv4Header& ip, core::ByteView message, SimTime now) {
    const auto echo = net::IcmpEcho::parse(message);
    if (!echo) {
        drops_.add(Drop::malformed);
        return;
    }
    ++work_.rx_datagrams;
    const core::ByteView data = message.subspan(net::IcmpEcho::header_size);
    if (echo->type == net::IcmpType::echo_reply) {
        for (EchoObserver* observer : echo_observers_) {
            observer->on_echo_reply(ip.source, echo->identifier, echo->sequence, ip.time_to_live, data, now);
        }
        return;
    }
    static_cast<void>( // counted when it cannot go
        send_echo({net::IcmpType::echo_reply, echo->identifier, echo->sequence}, ip.source, ip.destination, data, now));
}

bool NetworkStack::send_echo(const net::IcmpEcho& echo, net::Ipv4Address to, net::Ipv4Address source,
                             core::ByteView data, SimTime now) {
    const auto datagram = output_.begin(net::IpProtocol::icmp, to, source, icmp_identification_,
                                        net::IcmpEcho::header_size + data.size());
    if (!datagram) {
        return false;
    }
    ++icmp_identification_;
    std::copy(data.begin(), data.end(), datagram->message.begin() + net::IcmpEcho::header_size);
    echo.write(datagram->message);
    output_.finish(*datagram, to, false, now);
    return true;
}

bool NetworkStack::send_echo_request(net::Ipv4Address to, std::uint16_t identifier, std::uint16_t sequence,
                                     core::ByteView data, SimTime now, net::Ipv4Address source) {
    return send_echo({net::IcmpType::echo_request, identifier, sequence}, to, source, data, now);
}

void NetworkStack::on_transmitted(std::uint64_t cookie, SimTime now) {
    const auto owner = slots_.release(cookie);
    if (!owner) {
        return; // of a device that was removed
    }
    ++work_.tx_completed;
    interfaces_[owner->interface.index()]->drain();
    if (owner->socket != nullptr) {
        owner->socket->on_transmitted(owner->stream_offset, now);
        reap();
    }
}

SimTime NetworkStack::next_deadline() const noexcept {
    SimTime earliest = deadline_;
    for (const auto& interface : interfaces_) {
        earliest = std::min(earliest, interface->next_deadline());
    }
    return earliest;
}

void NetworkStack::on_timer(SimTime now) {
    for (const auto& interface : interfaces_) {
        work_.timers += interface->on_timer(now) ? 1 : 0;
    }
    deadline_ = core::never; // every socket moves it forward again
    const auto& sockets = sockets_.tcp_sockets();
    std::size_t next = 0;
    while (next < sockets.size()) { // observers may add sockets meanwhile, which ends iterators
        sockets[next++]->on_timer(now);
    }
    reap();
}

void NetworkStack::reap() {
    const auto& sockets = sockets_.tcp_sockets();
    if (std::any_of(sockets.begin(), sockets.end(),
                    [](const auto& socket) { return socket->disposable() || socket->ring_is_spare(); })) {
        sockets_.reap(rings_);
    }
}

void NetworkStack::tcp_listen(std::uint16_t port, SocketObserver& observer) { sockets_.add_listener(port, observer); }

std::uint32_t NetworkStack::next_initial_sequence() noexcept {
    core::RunningHash hash;
    hash.add(initial_sequence_state_++);
    return static_cast<std::uint32_t>(hash.value() >> 32U);
}

TcpSocket& NetworkStack::make_socket(NetworkInterface& interface, net::Endpoint local, net::Endpoint remote) {
    net::TcpParameters parameters = parameters_.tcp;
    parameters.mss = static_cast<std::uint16_t>(interface.mtu() - tcp_ip_headers);
    return sockets_.add(
        std::make_unique<TcpSocket>(TcpSocket::Environment{memory_, buffers_, output_, work_, drops_, deadline_},
                                    parameters, rings_.take(), local, remote, next_initial_sequence()));
}

TcpSocket* NetworkStack::tcp_connect(net::Endpoint to, SocketObserver* observer, SimTime now, net::Ipv4Address source) {
    reap();
    NetworkInterface* const interface = output_.route(to.address, source);
    if (interface == nullptr || rings_.in_use() >= parameters_.tcp_sockets) {
        return nullptr;
    }
    const net::Endpoint local{interface->address(), sockets_.free_tcp_port(interface->address(), to)};
    TcpSocket& socket = make_socket(*interface, local, to);
    socket.set_observer(observer);
    socket.connect(now);
    return &socket;
}

UdpSocket& NetworkStack::udp_open(std::uint16_t port, UdpObserver* observer) {
    return sockets_.add(std::make_unique<UdpSocket>(UdpSocket::Environment{buffers_, output_, work_, drops_},
                                                    port != 0 ? port : sockets_.free_udp_port(),
                                                    parameters_.udp_receive_buffer, observer));
}

void NetworkStack::udp_close(UdpSocket& socket) { sockets_.remove(socket); }

} // namespace rootpool::host
