#include "rootpool/net/arp.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr std::uint64_t ethernet_ipv4 = 0x0001'0800'0604; ///< hardware type, protocol type, address lengths

[[nodiscard]] MacAddress load_mac(const std::uint8_t* from) noexcept {
    MacAddress mac;
    std::copy_n(from, mac.size(), mac.begin());
    return mac;
}

} // namespace

std::optional<ArpPacket> ArpPacket::parse(core::ByteView bytes) noexcept {
    if (bytes.size() < size || core::load_be<std::uint64_t>(bytes.data()) >> 16U != ethernet_ipv4) {
        return std::nullopt;
    }
    ArpPacket packet;
    packet.operation = static_cast<ArpOperation>(core::load_be<std::uint16_t>(&bytes[6]));
    if (packet.operation != ArpOperation::request && packet.operation != ArpOperation::reply) {
        return std::nullopt;
    }
    packet.sender_mac = load_mac(&bytes[8]);
    packet.sender_address = Ipv4Address(core::load_be<std::uint32_t>(&bytes[14]));
    packet.target_mac = load_mac(&bytes[18]);
    packet.target_address = Ipv4Address(core::load_be<std::uint32_t>(&bytes[24]));
    return packet;
}

void ArpPacket::write(core::MutableByteView to) const noexcept {
    core::store_be(to.data(), ethernet_ipv4 << 16U | static_cast<std::uint16_t>(operation));
    std::copy_n(sender_mac.begin(), 6, &to[8]);
    core::store_be(&to[14], sender_address.value());
    std::copy_n(target_mac.begin(), 6, &to[18]);
    core::store_be(&to[24], target_address.value());
}

} // namespace rootpool::net
