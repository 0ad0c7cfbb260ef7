#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "rootpool/net/arp.h"
#include "rootpool/net/ethernet.h"
#include "rootpool/net/icmp.h"
#include "rootpool/net/ipv4.h"
#include "rootpool/net/udp.h"

namespace rootpool::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Every length below the whole is refused.
template <typename Parse>
void expect_truncation_refused(const Bytes& whole, Parse parse) {
    ASSERT_TRUE(parse(core::ByteView(whole)));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Bytes part(whole.begin(),
                         whole.begin() + static_cast<std::ptrdiff_t>(length)); // so that sanitizers see the end
        EXPECT_FALSE(parse(core::ByteView(part))) << length;
    }
}

TEST(Address, TextRoundTrips) {
    for (const char* text : {"0.0.0.0", "10.0.0.3", "192.168.100.1", "255.255.255.255"}) {
        const auto address = parse_ipv4_address(text);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(to_string(*address), text);
    }
    EXPECT_EQ(parse_ipv4_address("1.2.3.4")->value(), 0x01020304U);
    EXPECT_EQ(to_string(MacAddress{0x02, 0, 0xAB, 0x0C, 0xFF, 1}), "02:00:ab:0c:ff:01");
}

TEST(Address, RefusesWhatIsNotFourDecimalOctets) {
    for (const char* text :
         {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", "256.0.0.1", "1.2.3.04", "-1.2.3.4", "+1.2.3.4",
          " 1.2.3.4", "1.2.3.4 ", "1..3.4", "a.b.c.d", "1.2.3.4/24", "99999999999.1.1.1"}) {
        EXPECT_FALSE(parse_ipv4_address(text)) << text;
    }
}

const Bytes ethernet_bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, 1, 0x08, 0x06};

TEST(Ethernet, ParsesAndWritesTheSameBytes) {
    const auto header = EthernetHeader::parse(ethernet_bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->destination, broadcast_mac);
    EXPECT_EQ(header->source, (MacAddress{2, 0, 0, 0, 0, 1}));
    EXPECT_EQ(header->type, EtherType::arp);
    Bytes written(EthernetHeader::size);
    header->write(written);
    EXPECT_EQ(written, ethernet_bytes);
}

TEST(Ethernet, RefusesTruncatedHeadersAndLengthFields) {
    expect_truncation_refused(ethernet_bytes, EthernetHeader::parse);
    Bytes bytes = ethernet_bytes;
    bytes[12] = 0x05;
    bytes[13] = 0xFF;
    EXPECT_FALSE(EthernetHeader::parse(bytes));
    bytes[12] = 0x06;
    bytes[13] = 0x00;
    EXPECT_TRUE(EthernetHeader::parse(bytes));
}

const Bytes arp_bytes{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 3};

TEST(Arp, ParsesAndWritesTheSameBytes) {
    const auto packet = ArpPacket::parse(arp_bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->operation, ArpOperation::request);
    EXPECT_EQ(to_string(packet->sender_mac), "02:00:00:00:00:01");
    EXPECT_EQ(to_string(packet->sender_address), "10.0.0.1");
    EXPECT_EQ(packet->target_mac, MacAddress{});
    EXPECT_EQ(to_string(packet->target_address), "10.0.0.3");
    Bytes written(ArpPacket::size, 0xEE);
    packet->write(written);
    EXPECT_EQ(written, arp_bytes);
}

TEST(Arp, RefusesOtherHardwareProtocolsLengthsAndOperations) {
    expect_truncation_refused(arp_bytes, ArpPacket::parse);
    for (std::size_t at = 0; at < 8; ++at) { // type of hardware and protocol, both lengths, operation
        Bytes bytes = arp_bytes;
        bytes[at] ^= 0x10U;
        EXPECT_FALSE(ArpPacket::parse(bytes)) << at;
    }
    Bytes bytes = arp_bytes;
    bytes[7] = 2;
    EXPECT_EQ(ArpPacket::parse(bytes)->operation, ArpOperation::reply);
    for (const std::uint8_t operation : std::initializer_list<std::uint8_t>{0, 3}) {
        bytes[7] = operation;
        EXPECT_FALSE(ArpPacket::parse(bytes)) << unsigned{operation};
    }
}

/// The example of RFC 1071's literature: 192.168.0.1 to 192.168.0.199, UDP, checksum B861h.
const Bytes ipv4_bytes{0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                       0xB8, 0x61, 0xC0, 0xA8, 0x00, 0x01, 0xC0, 0xA8, 0x00, 0xC7};

[[nodiscard]] Bytes ipv4_packet() {
    Bytes bytes = ipv4_bytes;
    bytes.resize(0x73);
    return bytes;
}

TEST(Ipv4, ParsesAndWritesTheSameBytes) {
    const auto header = Ipv4Header::parse(ipv4_packet());
    ASSERT_TRUE(header);
    EXPECT_EQ(header->header_length, 20);
    EXPECT_EQ(header->total_length, 0x73);
    EXPECT_EQ(header->data_length(), 0x73U - 20);
    EXPECT_TRUE(header->dont_fragment);
    EXPECT_FALSE(header->fragment());
    EXPECT_EQ(header->time_to_live, 64);
    EXPECT_EQ(header->protocol, IpProtocol::udp);
    EXPECT_EQ(header->checksum, 0xB861);
    EXPECT_EQ(to_string(header->source), "192.168.0.1");
    EXPECT_EQ(to_string(header->destination), "192.168.0.199");
    Bytes written(Ipv4Header::size, 0xEE);
    header->write(written);
    EXPECT_EQ(written, ipv4_bytes);
}

TEST(Ipv4, FieldsAndFragmentsRoundTrip) {
    Ipv4Header header;
    header.type_of_service = 0x2E;
    header.total_length = 20;
    header.identification = 0xBEEF;
    header.dont_fragment = false;
    header.more_fragments = true;
    header.fragment_offset = 0x1ABC;
    header.time_to_live = 3;
    header.protocol = IpProtocol::icmp;
    Bytes bytes(Ipv4Header::size);
    header.write(bytes);
    const auto parsed = Ipv4Header::parse(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->type_of_service, 0x2E);
    EXPECT_EQ(parsed->identification, 0xBEEF);
    EXPECT_FALSE(parsed->dont_fragment);
    EXPECT_TRUE(parsed->more_fragments);
    EXPECT_EQ(parsed->fragment_offset, 0x1ABC);
    EXPECT_TRUE(parsed->fragment());
    EXPECT_EQ(parsed->time_to_live, 3);
    EXPECT_EQ(parsed->protocol, IpProtocol::icmp);
}

TEST(Ipv4, SkipsOptionsAndEthernetPadding) {
    Bytes bytes = ipv4_packet();
    bytes[0] = 0x4F; // 60 bytes of header
    bytes.resize(bytes.size() + 6);
    const auto header = Ipv4Header::parse(bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->header_length, 60);
    EXPECT_EQ(header->data_length(), 0x73U - 60);
}

TEST(Ipv4, RefusesBadVersionHeaderLengthAndTotalLength) {
    expect_truncation_refused(ipv4_packet(), Ipv4Header::parse);
    const auto with = [](std::size_t at, std::uint8_t value) {
        Bytes bytes = ipv4_packet();
        bytes[at] = value;
        return Ipv4Header::parse(bytes);
    };
    for (const std::uint8_t first : std::initializer_list<std::uint8_t>{0x65, 0x55, 0x05, 0x44, 0x40}) {
        EXPECT_FALSE(with(0, first)) << unsigned{first};
    }
    EXPECT_FALSE(with(3, 0x74)) << "one byte beyond the frame";
    EXPECT_FALSE(with(3, 19)) << "shorter than the header";
    EXPECT_TRUE(with(3, 20)) << "no data";
    Bytes options(20, 0);
    options[0] = 0x46;
    options[3] = 20;
    EXPECT_FALSE(Ipv4Header::parse(options)) << "header longer than the packet";
}

TEST(Ipv4, ChecksumSeesEveryWrongBitAndImpossibleLengths) {
    EXPECT_TRUE(ipv4_checksum_ok(ipv4_bytes, 20));
    for (std::size_t bit = 0; bit < ipv4_bytes.size() * 8; ++bit) {
        Bytes bytes = ipv4_bytes;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(ipv4_checksum_ok(bytes, 20)) << bit;
    }
    EXPECT_FALSE(ipv4_checksum_ok(ipv4_bytes, 24));
    EXPECT_FALSE(ipv4_checksum_ok(ipv4_bytes, 0));
}

TEST(Udp, ParsesAndWritesTheSameBytes) {
    const Bytes bytes{0x13, 0x89, 0x00, 0x35, 0x00, 0x09, 0xAB, 0xCD, 0x55};
    const auto header = UdpHeader::parse(bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->source_port, 5001);
    EXPECT_EQ(header->destination_port, 53);
    EXPECT_EQ(header->length, 9);
    EXPECT_EQ(header->checksum, 0xABCD);
    Bytes written(UdpHeader::size);
    header->write(written);
    EXPECT_EQ(written, Bytes(bytes.begin(), bytes.begin() + 8));
    expect_truncation_refused(bytes, UdpHeader::parse);
}

TEST(Udp, RefusesLengthsBelowTheHeaderOrBeyondTheBytes) {
    Bytes bytes(12);
    for (const std::uint8_t length : std::initializer_list<std::uint8_t>{0, 7, 13, 255}) {
        bytes[5] = length;
        EXPECT_FALSE(UdpHeader::parse(bytes)) << unsigned{length};
    }
    for (const std::uint8_t length : std::initializer_list<std::uint8_t>{8, 12}) {
        bytes[5] = length;
        EXPECT_TRUE(UdpHeader::parse(bytes)) << unsigned{length};
    }
}

TEST(Udp, ChecksumCoversThePseudoHeaderAndMayBeAbsent) {
    const Ipv4Address source(0x0A000001);
    const Ipv4Address destination(0x0A000003);
    // Words 0A00 0001 0A00 0003 0011 000A + 1389 0035 000A 6869 sum to 9050h, so the field holds 6FAFh.
    const Bytes datagram{0x13, 0x89, 0x00, 0x35, 0x00, 0x0A, 0x6F, 0xAF, 'h', 'i'};
    EXPECT_TRUE(udp_checksum_ok(source, destination, datagram));
    EXPECT_FALSE(udp_checksum_ok(source, Ipv4Address(0x0A000004), datagram));
    Bytes wrong = datagram;
    wrong.back() = 'j';
    EXPECT_FALSE(udp_checksum_ok(source, destination, wrong));
    wrong[6] = wrong[7] = 0;
    EXPECT_TRUE(udp_checksum_ok(source, destination, wrong)) << "the sender made none";
    EXPECT_FALSE(udp_checksum_ok(source, destination, core::ByteView(datagram).first(7)));
}

[[nodiscard]] Bytes echo_message(std::size_t data) {
    Bytes message(IcmpEcho::header_size + data);
    for (std::size_t i = 0; i < data; ++i) {
        message[IcmpEcho::header_size + i] = static_cast<std::uint8_t>(i);
    }
    IcmpEcho{IcmpType::echo_request, 0x1234, 7}.write(message);
    return message;
}

TEST(Icmp, EchoRoundTripsWithEvenAndOddData) {
    for (const std::size_t data : {0U, 1U, 56U, 57U, 1472U}) {
        const auto echo = IcmpEcho::parse(echo_message(data));
        ASSERT_TRUE(echo) << data;
        EXPECT_EQ(echo->type, IcmpType::echo_request);
        EXPECT_EQ(echo->identifier, 0x1234);
        EXPECT_EQ(echo->sequence, 7);
    }
    EXPECT_EQ(echo_message(0), (Bytes{8, 0, 0xE5, 0xC4, 0x12, 0x34, 0, 7}));
}

TEST(Icmp, RefusesWrongChecksumsOtherTypesCodesAndTruncation) {
    const Bytes message = echo_message(3);
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        Bytes bytes = message;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(IcmpEcho::parse(bytes)) << bit;
    }
    EXPECT_FALSE(IcmpEcho::parse(Bytes{3, 1, 0xFC, 0xFE, 0, 0, 0, 0})) << "destination unreachable, checksum right";
    EXPECT_FALSE(IcmpEcho::parse(Bytes{8, 1, 0xF7, 0xFE, 0, 0, 0, 0})) << "echo request with a code, checksum right";
    EXPECT_TRUE(IcmpEcho::parse(Bytes{8, 0, 0xF7, 0xFF, 0, 0, 0, 0}));
    expect_truncation_refused(echo_message(0), IcmpEcho::parse);
}

} // namespace
} // namespace rootpool::net
