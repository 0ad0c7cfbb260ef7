#include "rootpool/net/udp.h"

#include "rootpool/net/checksum.h"
#include "rootpool/net/ipv4.h"

namespace rootpool::net {

std::optional<UdpHeader> UdpHeader::parse(core::ByteView bytes) noexcept {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    UdpHeader header;
    header.source_port = core::load_be<std::uint16_t>(bytes.data());
    header.destination_port = core::load_be<std::uint16_t>(&bytes[2]);
    header.length = core::load_be<std::uint16_t>(&bytes[4]);
    header.checksum = core::load_be<std::uint16_t>(&bytes[6]);
    if (header.length < size || header.length > bytes.size()) {
        return std::nullopt;
    }
    return header;
}

void UdpHeader::write(core::MutableByteView to) const noexcept {
    core::store_be(to.data(), source_port);
    core::store_be(&to[2], destination_port);
    core::store_be(&to[4], length);
    core::store_be(&to[6], checksum);
}

bool udp_checksum_ok(Ipv4Address source, Ipv4Address destination, core::ByteView datagram) noexcept {
    if (datagram.size() < UdpHeader::size) {
        return false;
    }
    if (core::load_be<std::uint16_t>(&datagram[6]) == 0) {
        return true; // RFC 768: the sender made no checksum
    }
    return Checksum()
               .add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::udp),
                                  static_cast<std::uint32_t>(datagram.size()))
               .add(datagram)
               .sum() == 0xFFFF;
}

} // namespace rootpool::net
