#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rootpool/net/checksum.h"
#include "rootpool/net/tcp_header.h"
#include "rootpool/net/tcp_state.h"

namespace rootpool::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] Bytes written(const TcpHeader& header) {
    Bytes bytes(TcpHeader::size + header.options.size(), 0xEE);
    EXPECT_EQ(header.write(bytes), bytes.size());
    return bytes;
}

/// A header with this option area, padded with end-of-options to whole words.
[[nodiscard]] Bytes with_options(const Bytes& options) {
    Bytes bytes = written({});
    bytes.insert(bytes.end(), options.begin(), options.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
    bytes[12] = static_cast<std::uint8_t>(bytes.size() / 4 << 4U);
    return bytes;
}

TEST(TcpHeader, FieldsStandWhereRfc793PutsThem) {
    TcpHeader header;
    header.source_port = 0x1389;
    header.destination_port = 0xC001;
    header.sequence = 0x01020304;
    header.acknowledgment = 0xA0B0C0D0;
    header.flags.psh = true;
    header.flags.ack = true;
    header.window = 0x7FFE;
    header.checksum = 0xBEEF;
    EXPECT_EQ(written(header), (Bytes{0x13, 0x89, 0xC0, 0x01, 1,    2,    3,    4,    0xA0, 0xB0,
                                      0xC0, 0xD0, 0x50, 0x18, 0x7F, 0xFE, 0xBE, 0xEF, 0,    0}));
}

TEST(TcpHeader, EveryFlagHasItsOwnBit) {
    for (unsigned byte = 0; byte < 64; ++byte) {
        EXPECT_EQ(TcpFlags::from_byte(static_cast<std::uint8_t>(byte)).to_byte(), byte);
    }
    EXPECT_TRUE(TcpFlags::from_byte(0x01).fin);
    EXPECT_TRUE(TcpFlags::from_byte(0x02).syn);
    EXPECT_TRUE(TcpFlags::from_byte(0x04).rst);
    EXPECT_TRUE(TcpFlags::from_byte(0x08).psh);
    EXPECT_TRUE(TcpFlags::from_byte(0x10).ack);
    EXPECT_TRUE(TcpFlags::from_byte(0x20).urg);
    EXPECT_EQ(TcpFlags::from_byte(0xC0).to_byte(), 0) << "ECN bits are not kept";
}

TEST(TcpHeader, SynOptionsHaveTheLayoutOfLinux) {
    TcpHeader header;
    header.options.mss = 1460;
    header.options.timestamps = TcpTimestamps{0x11223344, 0};
    header.options.window_scale = 7;
    Bytes bytes = written(header);
    EXPECT_EQ(Bytes(bytes.begin() + 20, bytes.end()),
              (Bytes{2, 4, 0x05, 0xB4, 1, 1, 8, 10, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 1, 3, 3, 7}));
    header.options.sack_permitted = true;
    bytes = written(header);
    EXPECT_EQ(Bytes(bytes.begin() + 24, bytes.begin() + 28), (Bytes{4, 2, 8, 10}));
    EXPECT_EQ(bytes.size(), 40U);
}

TEST(TcpHeader, DataSegmentsWithTimestampsHave32Bytes) {
    TcpHeader header;
    header.options.timestamps = TcpTimestamps{1, 2};
    const Bytes bytes = written(header);
    EXPECT_EQ(bytes.size(), 32U);
    EXPECT_EQ(Bytes(bytes.begin() + 20, bytes.end()), (Bytes{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(TcpHeader, EveryCombinationOfOptionsRoundTrips) {
    for (unsigned choice = 0; choice < 16; ++choice) {
        TcpHeader header;
        header.sequence = choice;
        if ((choice & 1U) != 0) {
            header.options.mss = 536;
        }
        if ((choice & 2U) != 0) {
            header.options.window_scale = 14;
        }
        if ((choice & 4U) != 0) {
            header.options.timestamps = TcpTimestamps{0xFFFFFFFF, 0x80000000};
        }
        header.options.sack_permitted = (choice & 8U) != 0;
        const auto parsed = TcpHeader::parse(written(header));
        ASSERT_TRUE(parsed) << choice;
        EXPECT_EQ(parsed->header_length, TcpHeader::size + header.options.size());
        EXPECT_EQ(parsed->sequence, choice);
        EXPECT_EQ(parsed->options.mss, header.options.mss);
        EXPECT_EQ(parsed->options.window_scale, header.options.window_scale);
        EXPECT_EQ(parsed->options.timestamps, header.options.timestamps);
        EXPECT_EQ(parsed->options.sack_permitted, header.options.sack_permitted);
    }
}

TEST(TcpHeader, UnknownOptionsAreSkippedAndNothingCountsBehindTheEnd) {
    const auto unknown = TcpHeader::parse(with_options({254, 4, 0xAA, 0xBB, 2, 4, 0x05, 0xB4}));
    ASSERT_TRUE(unknown);
    EXPECT_EQ(unknown->options.mss, 1460);
    const auto ended = TcpHeader::parse(with_options({0, 2, 4, 0x05, 0xB4, 2, 0, 0}));
    ASSERT_TRUE(ended);
    EXPECT_FALSE(ended->options.mss);
}

TEST(TcpHeader, WindowScaleAbove14CountsAs14) {
    EXPECT_EQ(TcpHeader::parse(with_options({3, 3, 255}))->options.window_scale, 14);
}

TEST(TcpHeader, RefusesMalformedOptionLengths) {
    const std::vector<Bytes> refused{
        {254, 0, 0, 0},                        // would not advance
        {254, 1, 0, 0},                        // shorter than kind and length
        {254, 5, 0, 0},                        // beyond the header
        {1, 1, 1, 254},                        // kind without length
        {2, 3, 0, 0},                          // MSS of one byte
        {2, 2, 0, 0},                          // MSS of no bytes
        {2, 6, 0, 0, 0, 0, 0, 0},              // MSS of four bytes
        {3, 2, 0, 0},                          // window scale without data
        {3, 4, 0, 0},                          // window scale of two bytes
        {4, 3, 0, 0},                          // SACK permitted with data
        {8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},  // timestamps too short
        {8, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, // timestamps too long
        {1, 1, 8, 10, 0, 0, 0, 0},             // timestamps cut off
    };
    for (std::size_t i = 0; i < refused.size(); ++i) {
        EXPECT_FALSE(TcpHeader::parse(with_options(refused[i]))) << i;
    }
}

TEST(TcpHeader, RefusesTruncatedHeadersAndBadDataOffsets) {
    const Bytes whole = with_options({2, 4, 0x05, 0xB4});
    ASSERT_TRUE(TcpHeader::parse(whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_FALSE(TcpHeader::parse(part)) << length;
    }
    for (unsigned offset = 0; offset < 5; ++offset) {
        Bytes bytes = whole;
        bytes[12] = static_cast<std::uint8_t>(offset << 4U);
        EXPECT_FALSE(TcpHeader::parse(bytes)) << offset;
    }
}

TEST(TcpHeader, RandomBytesNeverGiveAHeaderBeyondThem) {
    std::mt19937 random(7);
    unsigned accepted = 0;
    for (unsigned run = 0; run < 100'000; ++run) {
        Bytes bytes(random() % 64);
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random() % 12); // mostly kinds and lengths that mean something
        }
        if (bytes.size() > 12) {
            bytes[12] = static_cast<std::uint8_t>(random());
        }
        if (const auto header = TcpHeader::parse(bytes)) {
            ++accepted;
            ASSERT_LE(header->header_length, bytes.size());
            ASSERT_LE(header->options.window_scale.value_or(0), TcpOptions::max_window_scale);
        }
    }
    EXPECT_GT(accepted, 1000U);
    EXPECT_LT(accepted, 90'000U);
}

TEST(TcpHeader, ChecksumCoversPseudoHeaderHeaderAndData) {
    const Ipv4Address source(0x0A000001);
    const Ipv4Address destination(0x0A000003);
    Bytes segment = written({});
    segment.insert(segment.end(), {'o', 'd', 'd'});
    const auto length = static_cast<std::uint32_t>(segment.size());
    const std::uint16_t value = Checksum().add_pseudo_header(source, destination, 6, length).add(segment).value();
    core::store_be(segment.data() + TcpHeader::checksum_offset, value);
    EXPECT_TRUE(tcp_checksum_ok(source, destination, segment));
    EXPECT_FALSE(tcp_checksum_ok(source, Ipv4Address(0x0A000004), segment));
    EXPECT_FALSE(tcp_checksum_ok(source, destination, core::ByteView(segment).first(segment.size() - 1)));
    for (std::size_t bit = 0; bit < segment.size() * 8; ++bit) {
        Bytes wrong = segment;
        wrong[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        EXPECT_FALSE(tcp_checksum_ok(source, destination, wrong)) << bit;
    }
}

TEST(TcpState, EveryStateAndReasonHasItsOwnName) {
    std::set<std::string_view> names;
    for (unsigned state = 0; state <= static_cast<unsigned>(TcpState::time_wait); ++state) {
        names.insert(to_string(static_cast<TcpState>(state)));
    }
    EXPECT_EQ(names.size(), 10U);
    EXPECT_EQ(to_string(TcpState::fin_wait_1), "FIN-WAIT-1");
    EXPECT_EQ(to_string(TcpState::time_wait), "TIME-WAIT");
    EXPECT_EQ(to_string(TcpCloseReason::timed_out), "timed out");
}

} // namespace
} // namespace rootpool::net
