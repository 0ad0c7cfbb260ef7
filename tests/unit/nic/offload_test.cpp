#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include "rootpool/nic/checksum.h"
#include "rootpool/nic/packet.h"
#include "rootpool/nic/receive_side_scaling.h"
#include "rootpool/nic/transmit_offload.h"

namespace rootpool::nic {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// RFC 1071 as the RFC writes it: 16 bits at a time, big endian.
std::uint16_t reference_sum(core::ByteView bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8U) | (i + 1 < bytes.size() ? bytes[i + 1] : 0U);
    }
    while (sum >> 16U != 0) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(sum);
}

constexpr std::uint8_t fin_psh_ack = 0x19;
constexpr unsigned header_bytes = 14 + 20 + 20;

/// Ethernet, IPv4, TCP with `payload` bytes 0, 1, 2, ... The TCP checksum field holds the sum over the pseudo header,
/// with or without length.
Bytes tcp_packet(std::size_t payload, bool length_in_pseudo_header) {
    Bytes packet(header_bytes + payload);
    std::uint8_t* p = packet.data();
    core::store_be<std::uint16_t>(p + 12, ethertype_ipv4);
    std::uint8_t* ip = p + 14;
    ip[0] = 0x45;
    core::store_be(ip + 2, static_cast<std::uint16_t>(40 + payload));
    core::store_be<std::uint16_t>(ip + 4, 0xFFFE);
    ip[8] = 64;
    ip[9] = 6;
    core::store_be<std::uint32_t>(ip + 12, 0xC0A8'0001);
    core::store_be<std::uint32_t>(ip + 16, 0xC0A8'0002);
    std::uint8_t* tcp = ip + 20;
    core::store_be<std::uint16_t>(tcp, 5001);
    core::store_be<std::uint16_t>(tcp + 2, 40000);
    core::store_be<std::uint32_t>(tcp + 4, 0xFFFF'FF00);
    tcp[12] = 0x50;
    tcp[13] = fin_psh_ack;
    const std::uint32_t pseudo = 6U + (length_in_pseudo_header ? static_cast<std::uint32_t>(20 + payload) : 0U);
    core::store_be(tcp + 16, reference_sum({ip + 12, 8}, pseudo));
    for (std::size_t i = 0; i < payload; ++i) {
        packet[header_bytes + i] = static_cast<std::uint8_t>(i * 7);
    }
    return packet;
}

TxContextDescriptor tcp_context(std::uint16_t mss) {
    TxContextDescriptor context;
    context.mac_length = 14;
    context.ip_length = 20;
    context.l4_length = 20;
    context.ipv4 = true;
    context.l4_type = L4Type::tcp;
    context.mss = mss;
    return context;
}

TEST(Checksum, EqualsTheReferenceForEveryLength) {
    Bytes bytes(70);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(0xF1 * (i + 3));
    }
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        ChecksumSum sum;
        sum.add({bytes.data(), length});
        EXPECT_EQ(sum.folded(), reference_sum({bytes.data(), length})) << length;
    }
}

TEST(ChecksumInsertion, ProducesPacketsThatVerify) {
    for (const std::size_t payload : {0U, 1U, 100U, 1460U}) {
        Bytes packet = tcp_packet(payload, true);
        ASSERT_TRUE(insert_checksums(packet, tcp_context(0), {true, true}));
        EXPECT_EQ(reference_sum({packet.data() + 14, 20}), 0xFFFF);
        const auto pseudo = reference_sum({packet.data() + 26, 8}, static_cast<std::uint32_t>(6 + 20 + payload));
        EXPECT_EQ(reference_sum({packet.data() + 34, 20 + payload}, pseudo), 0xFFFF);
        const ChecksumVerdict verdict = verify_checksums(packet, parse_packet(packet));
        EXPECT_TRUE(verdict.ip_checked && verdict.l4_checked);
        EXPECT_FALSE(verdict.ip_error || verdict.l4_error);
    }
}

TEST(ChecksumInsertion, RefusesOffsetsOutsideThePacketAndChangesNothing) {
    Bytes packet = tcp_packet(10, true);
    const Bytes before = packet;
    TxContextDescriptor context = tcp_context(0);
    context.ip_length = 511;
    EXPECT_FALSE(insert_checksums(packet, context, {true, true}));
    EXPECT_FALSE(insert_checksums(packet, context, {false, true}));
    context = tcp_context(0);
    context.ip_length = 8;
    EXPECT_FALSE(insert_checksums(packet, context, {true, false})) << "no IPv4 header is that short";
    EXPECT_EQ(packet, before);
}

TEST(ChecksumVerification, FindsEveryFlippedByte) {
    Bytes packet = tcp_packet(33, true);
    ASSERT_TRUE(insert_checksums(packet, tcp_context(0), {true, true}));
    for (const std::size_t at : {24U, 30U}) { // IP checksum field, destination address
        Bytes broken = packet;
        broken[at] ^= 0x40;
        EXPECT_TRUE(verify_checksums(broken, parse_packet(broken)).ip_error) << at;
    }
    for (std::size_t at = 34; at < packet.size(); ++at) {
        Bytes broken = packet;
        broken[at] ^= 0x04;
        EXPECT_TRUE(verify_checksums(broken, parse_packet(broken)).l4_error) << at;
    }
}

TEST(ChecksumVerification, IgnoresEthernetPadding) {
    Bytes packet = tcp_packet(1, true);
    ASSERT_TRUE(insert_checksums(packet, tcp_context(0), {true, true}));
    packet.resize(60, 0xEE);
    EXPECT_FALSE(verify_checksums(packet, parse_packet(packet)).l4_error);
}

TEST(PacketParser, NeverTrustsLengths) {
    Bytes packet = tcp_packet(10, true);
    core::store_be<std::uint16_t>(packet.data() + 16, 5000); // total length beyond the frame
    EXPECT_FALSE(parse_packet(packet).ipv4);
    packet = tcp_packet(10, true);
    packet[14] = 0x4F; // header longer than the packet
    EXPECT_FALSE(parse_packet(packet).ipv4);
    packet = tcp_packet(10, true);
    core::store_be<std::uint16_t>(packet.data() + 16, 30); // no room for a TCP header
    EXPECT_TRUE(parse_packet(packet).ipv4);
    EXPECT_FALSE(parse_packet(packet).tcp);
    packet = tcp_packet(10, true);
    core::store_be<std::uint16_t>(packet.data() + 20, 0x2000); // more fragments
    EXPECT_TRUE(parse_packet(packet).fragment);
    EXPECT_FALSE(parse_packet(packet).tcp);
    for (std::size_t length = 0; length < packet.size(); ++length) {
        const PacketInfo info = parse_packet({packet.data(), length});
        EXPECT_FALSE(info.tcp) << length;
    }
}

TEST(Segmentation, CutsAPayloadIntoVerifiableSegments) {
    constexpr std::uint32_t payload = 4000;
    constexpr std::uint16_t mss = 1448;
    const Bytes packet = tcp_packet(payload, false);
    const TxContextDescriptor context = tcp_context(mss);
    const Segmentation segmentation = segmentation_of(context, payload, static_cast<std::uint32_t>(packet.size()));
    ASSERT_EQ(segmentation.segments(), 3U);
    const TcpFlagMasks masks = tcp_flag_masks(0x0FF6'0FF6, 0xF7F);
    Bytes reassembled;
    for (std::uint32_t i = 0; i < 3; ++i) {
        const std::uint32_t bytes = segmentation.payload_of(i);
        EXPECT_EQ(bytes, i < 2 ? mss : payload - 2 * mss);
        Bytes segment(packet.begin(), packet.begin() + header_bytes);
        segment.insert(segment.end(), packet.begin() + header_bytes + i * mss,
                       packet.begin() + header_bytes + i * mss + bytes);
        finish_segment(segment, context, segmentation, i, masks);
        const std::uint8_t* ip = segment.data() + 14;
        EXPECT_EQ(core::load_be<std::uint16_t>(ip + 2), 40 + bytes);
        EXPECT_EQ(core::load_be<std::uint16_t>(ip + 4), static_cast<std::uint16_t>(0xFFFE + i))
            << "identification wraps";
        EXPECT_EQ(core::load_be<std::uint32_t>(ip + 24), 0xFFFF'FF00U + i * mss) << "sequence number wraps";
        EXPECT_EQ(ip[33], i < 2 ? 0x10 : fin_psh_ack) << "FIN and PSH only in the last segment";
        const ChecksumVerdict verdict = verify_checksums(segment, parse_packet(segment));
        EXPECT_TRUE(verdict.l4_checked && !verdict.l4_error && !verdict.ip_error) << i;
        reassembled.insert(reassembled.end(), segment.begin() + header_bytes, segment.end());
    }
    EXPECT_EQ(reassembled, Bytes(packet.begin() + header_bytes, packet.end()));
}

TEST(Segmentation, RefusesWhatMakesNoSegments) {
    const TxContextDescriptor good = tcp_context(1448);
    EXPECT_NE(segmentation_of(good, 100, header_bytes + 100).mss, 0U);
    EXPECT_EQ(segmentation_of(tcp_context(0), 100, header_bytes + 100).mss, 0U) << "MSS 0";
    EXPECT_EQ(segmentation_of(good, 0, header_bytes).mss, 0U) << "no payload";
    EXPECT_EQ(segmentation_of(good, 99, header_bytes + 100).mss, 0U) << "PAYLEN and descriptors differ";
    TxContextDescriptor udp = good;
    udp.l4_type = L4Type::udp;
    EXPECT_EQ(segmentation_of(udp, 100, header_bytes + 100).mss, 0U);
    TxContextDescriptor short_header = good;
    short_header.l4_length = 8;
    EXPECT_EQ(segmentation_of(short_header, 100, 42 + 100).mss, 0U);
    EXPECT_EQ(segmentation_of(tcp_context(65535), 100, header_bytes + 100).mss, 0U) << "beyond an IP packet";
}

TEST(ReceiveSideScaling, MatchesTheVerificationSuiteOfTheHash) {
    // Key and first IPv4 vectors of Microsoft's "Verifying the RSS hash calculation"
    constexpr std::uint8_t key[40] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                      0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                      0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                      0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
    RegisterFile registers(register_definitions());
    for (unsigned i = 0; i < 10; ++i) {
        registers.set(reg::RSSRK(i), core::load_le<std::uint32_t>(key + std::size_t{4} * i));
    }
    Bytes packet = tcp_packet(0, true);
    core::store_be<std::uint32_t>(packet.data() + 26, 66U << 24U | 9U << 16U | 149U << 8U | 187U);
    core::store_be<std::uint32_t>(packet.data() + 30, 161U << 24U | 142U << 16U | 100U << 8U | 80U);
    core::store_be<std::uint16_t>(packet.data() + 34, 2794);
    core::store_be<std::uint16_t>(packet.data() + 36, 1766);
    EXPECT_EQ(rss_hash(registers, packet, parse_packet(packet)).type, 0) << "MRQC selects no fields";
    registers.set(reg::MRQC, 1U << 17U);
    EXPECT_EQ(rss_hash(registers, packet, parse_packet(packet)).value, 0x323E8FC2U);
    registers.set(reg::MRQC, 1U << 16U | 1U << 17U);
    const RssHash hash = rss_hash(registers, packet, parse_packet(packet));
    EXPECT_EQ(hash.value, 0x51CCC178U);
    EXPECT_EQ(hash.type, 1);
    registers.set(reg::RETA((0x51CCC178U & 0x7FU) / 4), 0x0303'0303);
    EXPECT_EQ(rss_queue(registers, hash), 3U);
}

} // namespace
} // namespace rootpool::nic
