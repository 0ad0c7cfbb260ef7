#include "rootpool/nic/packet.h"

#include "rootpool/nic/checksum.h"

namespace rootpool::nic {

using core::load_be;

namespace {

constexpr unsigned ipv4_header_bytes = 20;
constexpr unsigned ipv6_header_bytes = 40;
constexpr unsigned tcp_header_bytes = 20;
constexpr unsigned udp_header_bytes = 8;
constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint16_t fragment_bits = 0x3FFF; ///< more fragments, and offset

void set_l4(PacketInfo& info, std::uint8_t protocol) noexcept {
    info.tcp = protocol == protocol_tcp && info.l4_bytes >= tcp_header_bytes;
    info.udp = protocol == protocol_udp && info.l4_bytes >= udp_header_bytes;
}

void parse_ipv4(core::ByteView frame, PacketInfo& info) noexcept {
    const std::uint8_t* ip = frame.data() + info.ip_offset;
    const std::size_t available = frame.size() - info.ip_offset;
    if (available < ipv4_header_bytes || ip[0] >> 4U != 4) {
        return;
    }
    const unsigned header = (ip[0] & 0xFU) * 4U;
    const unsigned total = load_be<std::uint16_t>(ip + 2);
    if (header < ipv4_header_bytes || header > total || total > available) {
        return;
    }
    info.ipv4 = true;
    info.ipv4_options = header > ipv4_header_bytes;
    info.fragment = (load_be<std::uint16_t>(ip + 6) & fragment_bits) != 0;
    info.l4_offset = info.ip_offset + header;
    info.l4_bytes = total - header;
    if (!info.fragment) {
        set_l4(info, ip[9]);
    }
}

void parse_ipv6(core::ByteView frame, PacketInfo& info) noexcept {
    const std::uint8_t* ip = frame.data() + info.ip_offset;
    const std::size_t available = frame.size() - info.ip_offset;
    if (available < ipv6_header_bytes || ip[0] >> 4U != 6) {
        return;
    }
    const unsigned payload = load_be<std::uint16_t>(ip + 4);
    if (payload > available - ipv6_header_bytes) {
        return;
    }
    info.ipv6 = true;
    info.l4_offset = info.ip_offset + ipv6_header_bytes;
    info.l4_bytes = payload;
    set_l4(info, ip[6]); // extension headers are left to software
}

/// Addresses, protocol and length of the pseudo header (RFC 793, RFC 8200 section 8.1).
void add_pseudo_header(ChecksumSum& sum, core::ByteView frame, const PacketInfo& info) noexcept {
    const std::uint8_t* ip = frame.data() + info.ip_offset;
    if (info.ipv4) {
        sum.add({ip + 12, 8});
    } else {
        sum.add({ip + 8, 32});
    }
    sum.add16(info.tcp ? protocol_tcp : protocol_udp);
    sum.add16(static_cast<std::uint16_t>(info.l4_bytes));
}

} // namespace

PacketInfo parse_packet(core::ByteView frame) noexcept {
    PacketInfo info;
    if (frame.size() < ethernet_header_bytes) {
        return info;
    }
    std::uint16_t ethertype = load_be<std::uint16_t>(frame.data() + 12);
    info.ip_offset = ethernet_header_bytes;
    if (ethertype == ethertype_vlan && frame.size() >= ethernet_header_bytes + vlan_tag_bytes) {
        info.vlan = true;
        info.vlan_tag = load_be<std::uint16_t>(frame.data() + 14);
        ethertype = load_be<std::uint16_t>(frame.data() + 16);
        info.ip_offset += vlan_tag_bytes;
    }
    if (ethertype == ethertype_ipv4) {
        parse_ipv4(frame, info);
    } else if (ethertype == ethertype_ipv6) {
        parse_ipv6(frame, info);
    }
    return info;
}

ChecksumVerdict verify_checksums(core::ByteView frame, const PacketInfo& info) noexcept {
    ChecksumVerdict verdict;
    if (info.ipv4) {
        ChecksumSum sum;
        sum.add(frame.subspan(info.ip_offset, info.l4_offset - info.ip_offset));
        verdict.ip_checked = true;
        verdict.ip_error = sum.folded() != 0xFFFF;
    }
    if (!info.tcp && !info.udp) {
        return verdict;
    }
    if (info.udp && load_be<std::uint16_t>(frame.data() + info.l4_offset + 6) == 0) {
        verdict.udp_without_checksum = true; // RFC 768: no checksum was generated
        return verdict;
    }
    ChecksumSum sum;
    add_pseudo_header(sum, frame, info);
    sum.add(frame.subspan(info.l4_offset, info.l4_bytes));
    verdict.l4_checked = true;
    verdict.l4_error = sum.folded() != 0xFFFF;
    return verdict;
}

} // namespace rootpool::nic
