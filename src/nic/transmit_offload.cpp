#include "rootpool/nic/transmit_offload.h"

#include <algorithm>

#include "rootpool/nic/checksum.h"

namespace rootpool::nic {

using core::load_be;
using core::store_be;

namespace {

constexpr unsigned minimum_ipv4_header = 20;
constexpr unsigned ipv6_header = 40;
constexpr unsigned minimum_tcp_header = 20;
constexpr unsigned ip_checksum_at = 10;
constexpr unsigned tcp_checksum_at = 16;
constexpr unsigned udp_checksum_at = 6;
constexpr std::uint16_t tcp_flag_bits = 0xFFF; ///< beside the 4 bits of the data offset

void insert_ip_checksum(core::MutableByteView header) noexcept {
    store_be<std::uint16_t>(header.data() + ip_checksum_at, 0);
    ChecksumSum sum;
    sum.add(header);
    store_be(header.data() + ip_checksum_at, sum.checksum());
}

[[nodiscard]] std::uint32_t minimum_ip_header(const TxContextDescriptor& context) noexcept {
    return context.ipv4 ? minimum_ipv4_header : ipv6_header;
}

void patch_ip(std::uint8_t* ip, const TxContextDescriptor& context, std::uint32_t ip_bytes,
              std::uint32_t index) noexcept {
    if (context.ipv4) {
        store_be(ip + 2, static_cast<std::uint16_t>(ip_bytes));
        store_be(ip + 4, static_cast<std::uint16_t>(load_be<std::uint16_t>(ip + 4) + index));
        insert_ip_checksum({ip, context.ip_length});
    } else {
        store_be(ip + 4, static_cast<std::uint16_t>(ip_bytes - ipv6_header));
    }
}

void patch_tcp(std::uint8_t* tcp, std::uint32_t sequence_step, std::uint16_t flag_mask) noexcept {
    store_be(tcp + 4, load_be<std::uint32_t>(tcp + 4) + sequence_step);
    const auto offset_and_flags = load_be<std::uint16_t>(tcp + 12);
    const auto kept = static_cast<std::uint16_t>(flag_mask | ~tcp_flag_bits);
    store_be(tcp + 12, static_cast<std::uint16_t>(offset_and_flags & kept));
}

} // namespace

bool insert_checksums(core::MutableByteView packet, const TxContextDescriptor& context,
                      ChecksumRequest request) noexcept {
    const std::size_t ip_at = context.mac_length;
    const std::size_t l4_at = ip_at + context.ip_length;
    const unsigned l4_field = context.l4_type == L4Type::tcp ? tcp_checksum_at : udp_checksum_at;
    if (request.ip && (!context.ipv4 || context.ip_length < minimum_ipv4_header || l4_at > packet.size())) {
        return false;
    }
    if (request.l4 && (context.l4_type > L4Type::tcp || l4_at + l4_field + 2 > packet.size())) {
        return false;
    }
    if (request.ip) {
        insert_ip_checksum(packet.subspan(ip_at, context.ip_length));
    }
    if (request.l4) {
        ChecksumSum sum;
        sum.add(packet.subspan(l4_at));
        const std::uint16_t checksum = sum.checksum();
        // RFC 768: a computed 0 goes out as all ones.
        store_be(packet.data() + l4_at + l4_field,
                 checksum == 0 && context.l4_type == L4Type::udp ? std::uint16_t{0xFFFF} : checksum);
    }
    return true;
}

TcpFlagMasks tcp_flag_masks(std::uint32_t dtxtcpflgl, std::uint32_t dtxtcpflgh) noexcept {
    const auto field = [](std::uint32_t value) { return static_cast<std::uint16_t>(value & tcp_flag_bits); };
    return {field(dtxtcpflgl), field(dtxtcpflgl >> 16U), field(dtxtcpflgh)};
}

Segmentation segmentation_of(const TxContextDescriptor& context, std::uint32_t payload_bytes,
                             std::uint32_t total_bytes) noexcept {
    constexpr std::uint32_t max_ip_packet = 0xFFFF;
    const std::uint32_t ip_and_tcp = context.ip_length + std::uint32_t{context.l4_length};
    const std::uint32_t header = context.mac_length + ip_and_tcp;
    const bool usable = context.l4_type == L4Type::tcp && context.mss != 0 && payload_bytes != 0 &&
                        context.ip_length >= minimum_ip_header(context) && context.l4_length >= minimum_tcp_header &&
                        total_bytes > header && total_bytes - header == payload_bytes &&
                        ip_and_tcp + context.mss <= max_ip_packet;
    return usable ? Segmentation{header, payload_bytes, context.mss} : Segmentation{};
}

void finish_segment(core::MutableByteView packet, const TxContextDescriptor& context, const Segmentation& segmentation,
                    std::uint32_t index, const TcpFlagMasks& masks) noexcept {
    std::uint8_t* ip = packet.data() + context.mac_length;
    std::uint8_t* tcp = ip + context.ip_length;
    const auto ip_bytes = static_cast<std::uint32_t>(packet.size() - context.mac_length);
    const auto tcp_bytes = ip_bytes - context.ip_length;
    // A large send that fits one segment is its own last one: flags stay as the last mask says (datasheet
    // section 7.2.4.5).
    const bool last = index + 1 == segmentation.segments();
    const std::uint16_t mask = last ? masks.last : index == 0 ? masks.first : masks.middle;

    patch_ip(ip, context, ip_bytes, index);
    patch_tcp(tcp, index * segmentation.mss, mask);

    // In a large send software has summed up the pseudo header without the length, so the device adds it.
    ChecksumSum sum;
    sum.add({tcp, tcp_bytes});
    sum.add16(static_cast<std::uint16_t>(tcp_bytes));
    store_be(tcp + tcp_checksum_at, sum.checksum());
}

} // namespace rootpool::nic
