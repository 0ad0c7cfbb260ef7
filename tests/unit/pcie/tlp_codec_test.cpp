#include "rootpool/pcie/tlp_codec.h"

#include <gtest/gtest.h>

#include <array>

#include "rootpool/core/error.h"
#include "tests/unit/pcie/random_tlp.h"

namespace rootpool::pcie {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const TlpHeader& header, const Bytes& payload = {}) {
    Bytes out;
    encode(header, payload, out);
    return out;
}

const Bdf requester(1, 2, 3); // 0x0113
const Bdf completer(5, 0, 1); // 0x0501

TEST(TlpCodec, MemoryReadBelow4GbHasA3DwHeader) {
    const TlpHeader read = memory_read(requester, Tag(0x2A), 0xF638'0004, 8);
    EXPECT_EQ(encoded(read), (Bytes{0x00, 0x00, 0x00, 0x02, 0x01, 0x13, 0x2A, 0xFF, 0xF6, 0x38, 0x00, 0x04}));
}

TEST(TlpCodec, MemoryWriteAbove4GbHasA4DwHeaderAndItsPayloadInAddressOrder) {
    TlpHeader write = memory_write(requester, Tag(7), 0x12'3456'7891, 2, {.no_snoop = true, .relaxed_ordering = true});
    write.traffic_class = 3;
    const Bytes expected{0x60, 0x30, 0x30, 0x01, 0x01, 0x13, 0x07, 0x06, 0x00, 0x00,
                         0x00, 0x12, 0x34, 0x56, 0x78, 0x90, 0x00, 0xAA, 0xBB, 0x00};
    EXPECT_EQ(encoded(write, {0x00, 0xAA, 0xBB, 0x00}), expected);
}

TEST(TlpCodec, LengthOf1024DwordsIs0OnTheWire) {
    const Bytes bytes = encoded(memory_read(requester, Tag(0), 0x1000, 4096));
    EXPECT_EQ(bytes[2] & 3, 0);
    EXPECT_EQ(bytes[3], 0);
    const auto decoded = decode_tlp(bytes);
    EXPECT_EQ(std::get<DecodedTlp>(decoded).header.length_dw, 1024);
}

TEST(TlpCodec, ConfigurationWriteNamesTargetAndExtendedRegister) {
    const TlpHeader write = config_write(ConfigType::type_1, requester, Tag(1), Bdf(0x3, 0x10, 2), 0x168, 0x3);
    const Bytes expected{0x45, 0x00, 0x00, 0x01, 0x01, 0x13, 0x01, 0x03,
                         0x03, 0x82, 0x01, 0x68, 0x19, 0x00, 0x00, 0x00};
    EXPECT_EQ(encoded(write, {0x19, 0, 0, 0}), expected);
}

TEST(TlpCodec, CompletionCarriesStatusByteCountAndLowerAddress) {
    const TlpHeader read = memory_read(requester, Tag(9), 0x1'0042, 6);
    const Bytes expected{0x4A, 0x00, 0x00, 0x02, 0x05, 0x01, 0x00, 0x06, 0x01, 0x13,
                         0x09, 0x42, 1,    2,    3,    4,    5,    6,    7,    8};
    EXPECT_EQ(encoded(completion_with_data(read, completer), {1, 2, 3, 4, 5, 6, 7, 8}), expected);
}

TEST(TlpCodec, CompleterAbortIs4AndByteCount4096Is0) {
    const TlpHeader read = memory_read(requester, Tag(9), 0x1000, 4096);
    const Bytes bytes = encoded(completion(read, completer, CompletionStatus::completer_abort));
    EXPECT_EQ(bytes, (Bytes{0x0A, 0x00, 0x00, 0x00, 0x05, 0x01, 0x80, 0x00, 0x01, 0x13, 0x09, 0x00}));
    const auto decoded = decode_tlp(bytes);
    EXPECT_EQ(std::get<DecodedTlp>(decoded).header.byte_count, 4096);
}

TEST(TlpCodec, ErrorMessageHasA4DwHeader) {
    const Bytes expected{0x30, 0, 0, 0, 0x01, 0x13, 0x00, 0x33, 0, 0, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(encoded(message(requester, 0x33, 0)), expected);
}

TEST(TlpCodec, TagBits9And8StandInByte1) {
    const Bytes bytes = encoded(memory_read(requester, Tag(0x3A5), 0x1000, 4));
    EXPECT_EQ(bytes[1], 0x88);
    EXPECT_EQ(bytes[6], 0xA5);
}

TEST(TlpCodec, EveryByte0OfTable2_3) {
    struct Row {
        TlpKind kind;
        bool four_dw;
        std::uint8_t byte0;
    };
    constexpr std::array rows{
        Row{TlpKind::memory_read, false, 0x00},
        Row{TlpKind::memory_read, true, 0x20},
        Row{TlpKind::memory_read_locked, false, 0x01},
        Row{TlpKind::memory_read_locked, true, 0x21},
        Row{TlpKind::memory_write, false, 0x40},
        Row{TlpKind::memory_write, true, 0x60},
        Row{TlpKind::io_read, false, 0x02},
        Row{TlpKind::io_write, false, 0x42},
        Row{TlpKind::config_read_0, false, 0x04},
        Row{TlpKind::config_write_0, false, 0x44},
        Row{TlpKind::config_read_1, false, 0x05},
        Row{TlpKind::config_write_1, false, 0x45},
        Row{TlpKind::message, true, 0x30},
        Row{TlpKind::message_with_data, true, 0x70},
        Row{TlpKind::completion, false, 0x0A},
        Row{TlpKind::completion_with_data, false, 0x4A},
        Row{TlpKind::completion_locked, false, 0x0B},
        Row{TlpKind::completion_locked_with_data, false, 0x4B},
        Row{TlpKind::fetch_add, false, 0x4C},
        Row{TlpKind::swap, true, 0x6D},
        Row{TlpKind::compare_and_swap, false, 0x4E},
        Row{TlpKind::compare_and_swap, true, 0x6E},
    };
    for (const Row& row : rows) {
        TlpHeader header;
        header.kind = row.kind;
        header.four_dw = row.four_dw;
        header.length_dw = has_data(row.kind) ? 1 : 0;
        EXPECT_EQ(encoded(header, Bytes(payload_bytes(header)))[0], row.byte0);
    }
}

TEST(TlpCodec, AHundredThousandRandomTlpsOfEveryKindSurviveTheRoundTrip) {
    test::RandomTlp random(20260101);
    std::array<int, tlp_kind_count> seen{};
    Bytes wire;
    for (int i = 0; i < 100'000; ++i) {
        const DecodedTlp tlp = random.tlp();
        wire.clear();
        encode(tlp.header, tlp.data, wire, tlp.ecrc);
        const auto decoded = decode_tlp(wire);
        const auto* error = std::get_if<TlpError>(&decoded);
        ASSERT_EQ(error, nullptr) << "TLP " << i << ": " << error->rule;
        ASSERT_EQ(std::get<DecodedTlp>(decoded), tlp) << "TLP " << i;
        ++seen[static_cast<std::size_t>(tlp.header.kind)];
    }
    for (const int count : seen) {
        EXPECT_GT(count, 1000);
    }
}

TEST(TlpCodec, EveryTruncationAndEveryTrailingByteIsRefused) {
    test::RandomTlp random(7);
    for (int i = 0; i < 300; ++i) {
        const DecodedTlp tlp = random.tlp();
        Bytes wire;
        encode(tlp.header, tlp.data, wire, tlp.ecrc);
        for (std::size_t size = 0; size < wire.size(); ++size) {
            const auto decoded = decode_tlp(core::ByteView(wire).first(size));
            ASSERT_TRUE(std::holds_alternative<TlpError>(decoded)) << size << " of " << wire.size();
            EXPECT_LE(std::get<TlpError>(decoded).byte_offset, size);
        }
        wire.push_back(0);
        EXPECT_TRUE(std::holds_alternative<TlpError>(decode_tlp(wire)));
    }
}

TEST(TlpCodec, PayloadThatContradictsTheHeaderIsAModelBug) {
    Bytes out;
    const Bytes three(3);
    EXPECT_THROW(encode(memory_write(requester, Tag(0), 0x1000, 4), three, out), core::ModelViolation);
}

TEST(TlpCodec, EcrcIsTheBitReversedCrc32OfTheInvariantBits) {
    const Bytes text{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    Bytes poisoned = text;
    poisoned[2] |= 0x40U;
    EXPECT_EQ(compute_ecrc(text), compute_ecrc(poisoned)) << "EP is variant";
    Bytes type_0 = text;
    type_0[0] &= 0xFEU;
    EXPECT_EQ(compute_ecrc(text), compute_ecrc(type_0)) << "bit 0 of Type is variant";
    Bytes other = text;
    other[3] ^= 1U;
    EXPECT_NE(compute_ecrc(text), compute_ecrc(other));
    // "Asq" has both variant bits set, so this is its plain CRC-32, AD09557Ah, lowest byte first (table 2-55).
    EXPECT_EQ(compute_ecrc(Bytes{'A', 's', 'q'}), 0x7A55'09ADU);
}

TEST(TlpCodec, TypeBit0MayChangeOnTheWayWithoutBreakingTheEcrc) {
    TlpHeader type_1 = config_read(ConfigType::type_1, requester, Tag(1), Bdf(2, 0, 0), 0);
    type_1.digest = true;
    TlpHeader type_0 = type_1;
    type_0.kind = TlpKind::config_read_0;
    const Bytes before = encoded(type_1);
    const Bytes after = encoded(type_0);
    EXPECT_EQ(Bytes(before.end() - 4, before.end()), Bytes(after.end() - 4, after.end()));
}

} // namespace
} // namespace rootpool::pcie
