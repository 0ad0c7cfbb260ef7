#include "rootpool/host/network_stack_output.h"

#include "rootpool/net/checksum.h"
#include "rootpool/net/ethernet.h"
#include "rootpool/net/tcp_header.h"
#include "rootpool/net/udp.h"

namespace rootpool::host {

namespace {

constexpr std::size_t headers_size = net::EthernetHeader::size + net::Ipv4Header::size;

/// The destination's MAC address comes from ARP, later.
void write_link_and_network(core::MutableByteView to, const net::MacAddress& source_mac, const net::Ipv4Header& ip) {
    net::EthernetHeader{{}, source_mac, net::EtherType::ipv4}.write(to);
    ip.write(to.subspan(net::EthernetHeader::size));
}

[[nodiscard]] std::uint16_t pseudo_header_sum(net::Ipv4Address source, net::Ipv4Address destination,
                                              net::IpProtocol protocol, std::uint32_t length) {
    return net::Checksum().add_pseudo_header(source, destination, static_cast<std::uint8_t>(protocol), length).sum();
}

/// What the device completes for every piece that it cuts (ixgbe_tso).
void clear_length_and_checksum(core::MutableByteView ip) {
    core::store_be(&ip[2], std::uint16_t{0});
    core::store_be(&ip[10], std::uint16_t{0});
}

[[nodiscard]] net::TcpHeader tcp_header(const Ipv4Output::TcpPacket& packet, const net::TcpOutgoingSegment& segment) {
    net::TcpHeader header;
    header.source_port = packet.local.port;
    header.destination_port = packet.remote.port;
    header.sequence = segment.sequence;
    header.acknowledgment = segment.acknowledgment;
    header.flags = segment.flags;
    header.window = segment.window;
    header.options = segment.options;
    return header;
}

} // namespace

NetworkInterface* Ipv4Output::route(net::Ipv4Address to, net::Ipv4Address source) const noexcept {
    for (const auto& interface : interfaces_) {
        const bool chosen = source == net::Ipv4Address() || interface->address() == source;
        if (chosen && interface->present() && interface->reaches(to)) {
            return interface.get();
        }
    }
    return nullptr;
}

bool Ipv4Output::send(const TcpPacket& packet, const net::TcpOutgoingSegment& segment, SimTime now) {
    NetworkInterface* const interface = route(packet.remote.address, packet.local.address);
    if (interface == nullptr) {
        return drop(Drop::no_route);
    }
    const auto slot = slots_.take_header();
    if (!slot) {
        return drop(Drop::transmit_queue);
    }
    const bool cut = segment.length > segment.mss;
    net::TcpHeader tcp = tcp_header(packet, segment);
    const auto tcp_length = static_cast<std::uint32_t>(net::TcpHeader::size + tcp.options.size() + segment.length);
    tcp.checksum =
        pseudo_header_sum(packet.local.address, packet.remote.address, net::IpProtocol::tcp, cut ? 0 : tcp_length);
    net::Ipv4Header ip;
    ip.total_length = static_cast<std::uint16_t>(net::Ipv4Header::size + tcp_length);
    ip.identification = packet.identification;
    ip.protocol = net::IpProtocol::tcp;
    ip.source = packet.local.address;
    ip.destination = packet.remote.address;
    write_link_and_network(slot->bytes, interface->mac(), ip);
    const std::size_t l4_length = tcp.write(slot->bytes.subspan(headers_size));

    TxPacket out;
    out.add({slot->address, static_cast<std::uint32_t>(headers_size + l4_length)});
    if (segment.length != 0) {
        packet.data->add_to(out, segment.stream_offset, segment.length);
    }
    out.l4_checksum = true;
    out.l4_is_tcp = true;
    out.l4_length = static_cast<std::uint8_t>(l4_length);
    if (cut) {
        clear_length_and_checksum(slot->bytes.subspan(net::EthernetHeader::size));
        out.ipv4_checksum = true;
        out.mss = segment.mss;
    }
    out.cookie = slot->cookie;
    slots_.set_owner(slot->cookie, {interface->id(), packet.socket, segment.stream_offset});
    work_.tx_acks += segment.length == 0 && !segment.flags.syn && !segment.flags.fin ? 1 : 0;
    interface->output(packet.remote.address, out, now);
    return true;
}

std::optional<Ipv4Output::Datagram> Ipv4Output::begin(net::IpProtocol protocol, net::Ipv4Address to,
                                                      net::Ipv4Address source, std::uint16_t identification,
                                                      std::size_t length) {
    NetworkInterface* const interface = route(to, source);
    if (interface == nullptr || net::Ipv4Header::size + length > interface->mtu()) {
        drops_.add(Drop::no_route);
        return std::nullopt;
    }
    const auto slot = slots_.take_packet();
    if (!slot) {
        drops_.add(Drop::transmit_queue);
        return std::nullopt;
    }
    slots_.set_owner(slot->cookie, {interface->id(), nullptr, 0});
    net::Ipv4Header ip;
    ip.total_length = static_cast<std::uint16_t>(net::Ipv4Header::size + length);
    ip.identification = identification;
    ip.protocol = protocol;
    ip.source = interface->address();
    ip.destination = to;
    const core::MutableByteView frame = slot->bytes.first(headers_size + length);
    write_link_and_network(frame, interface->mac(), ip);
    return Datagram{*interface, slot->cookie, slot->address, frame, frame.subspan(headers_size)};
}

void Ipv4Output::finish(const Datagram& datagram, net::Ipv4Address to, bool l4_checksum, SimTime now) {
    TxPacket out;
    out.add({datagram.address, static_cast<std::uint32_t>(datagram.frame.size())});
    out.l4_checksum = l4_checksum;
    out.l4_length = net::UdpHeader::size;
    out.cookie = datagram.cookie;
    datagram.interface.output(to, out, now);
}

} // namespace rootpool::host
