#include "rootpool/pcie/tlp_builder.h"

#include <gtest/gtest.h>

#include "rootpool/core/error.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {
namespace {

const Bdf requester(1, 0, 0);
const Bdf completer(2, 0, 3);

TEST(TlpBuilder, MakesAValidRequestThatNamesExactlyTheBytesAskedFor) {
    for (std::uint64_t offset = 0; offset < 16; ++offset) {
        for (std::uint32_t bytes = 0; bytes <= 64; ++bytes) {
            const TlpHeader read = memory_read(requester, Tag(3), 0x4000 + offset, bytes);
            const auto error = validate(read);
            ASSERT_FALSE(error) << error->rule;
            ASSERT_EQ(byte_length(read), bytes);
            if (bytes > 0) {
                ASSERT_EQ(first_byte_address(read), 0x4000 + offset);
                ASSERT_EQ(read.length_dw, (offset % 4 + bytes + 3) / 4);
            }
        }
    }
}

TEST(TlpBuilder, ZeroLengthReadHasOneDwordAndNoByteEnables) {
    const TlpHeader flush = memory_read(requester, Tag(3), 0x4001, 0);
    EXPECT_EQ(flush.length_dw, 1);
    EXPECT_EQ(flush.first_be, 0);
    EXPECT_EQ(flush.last_be, 0);
    EXPECT_EQ(byte_length(flush), 0U);
    EXPECT_EQ(completion_byte_count(flush), 1) << "PCIe base table 2-40";
}

TEST(TlpBuilder, HeaderSizeFollowsTheAddress) {
    EXPECT_FALSE(memory_read(requester, Tag(0), 0xFFFF'F000, 4096).four_dw);
    EXPECT_TRUE(memory_read(requester, Tag(0), 0x1'0000'0000, 4096).four_dw);
}

TEST(TlpBuilder, RangeOverA4KbBoundaryIsAModelBug) {
    EXPECT_THROW((void)memory_read(requester, Tag(0), 0x1FFE, 3), core::ModelViolation);
    EXPECT_THROW((void)memory_write(requester, Tag(0), 0x1000, 4097), core::ModelViolation);
    EXPECT_THROW((void)memory_write(requester, Tag(0), 0x1001, 0xFFFF'FFFF), core::ModelViolation);
    EXPECT_NO_THROW((void)memory_read(requester, Tag(0), 0x1FFE, 2));
}

TEST(TlpBuilder, ByteCountOfTable2_40) {
    struct Row {
        unsigned first_be;
        unsigned last_be;
        std::uint16_t length_dw;
        unsigned count;
    };
    constexpr Row rows[] = {
        {0b1001, 0, 1, 4},       {0b0101, 0, 1, 3},       {0b1010, 0, 1, 3},       {0b0011, 0, 1, 2},
        {0b0110, 0, 1, 2},       {0b1100, 0, 1, 2},       {0b0001, 0, 1, 1},       {0b0010, 0, 1, 1},
        {0b0100, 0, 1, 1},       {0b1000, 0, 1, 1},       {0b0000, 0, 1, 1},       {0b1111, 0b1111, 4, 16},
        {0b1111, 0b0111, 4, 15}, {0b1111, 0b0011, 4, 14}, {0b1111, 0b0001, 4, 13}, {0b1110, 0b1111, 4, 15},
        {0b1110, 0b0111, 4, 14}, {0b1110, 0b0011, 4, 13}, {0b1110, 0b0001, 4, 12}, {0b1100, 0b1111, 4, 14},
        {0b1100, 0b0111, 4, 13}, {0b1100, 0b0011, 4, 12}, {0b1100, 0b0001, 4, 11}, {0b1000, 0b1111, 4, 13},
        {0b1000, 0b0111, 4, 12}, {0b1000, 0b0011, 4, 11}, {0b1000, 0b0001, 4, 10}, // the worked example of figure 2-92
    };
    for (const Row& row : rows) {
        TlpHeader read = memory_read(requester, Tag(0), 0x1000, 16);
        read.length_dw = row.length_dw;
        read.first_be = static_cast<std::uint8_t>(row.first_be);
        read.last_be = static_cast<std::uint8_t>(row.last_be);
        EXPECT_EQ(completion_byte_count(read), row.count) << row.first_be << ' ' << row.last_be;
    }
}

TEST(TlpBuilder, LowerAddressOfTable2_41) {
    TlpHeader read = memory_read(requester, Tag(0), 0x10F4, 4);
    constexpr std::uint8_t first_be[] = {0b0000, 0b0101, 0b1010, 0b1100, 0b1000};
    constexpr std::uint8_t low_bits[] = {0, 0, 1, 2, 3};
    for (int i = 0; i < 5; ++i) {
        read.first_be = first_be[i];
        EXPECT_EQ(completion_lower_address(read), 0x74 + low_bits[i]);
    }
}

TEST(TlpBuilder, CompletionRepeatsWhatIdentifiesItsRequest) {
    TlpHeader read = memory_read(requester, Tag(0x21), 0x1042, 6, {.relaxed_ordering = true});
    read.traffic_class = 5;
    const TlpHeader answer = completion_with_data(read, completer);
    EXPECT_EQ(answer.kind, TlpKind::completion_with_data);
    EXPECT_EQ(answer.requester, requester);
    EXPECT_EQ(answer.completer, completer);
    EXPECT_EQ(answer.tag, Tag(0x21));
    EXPECT_EQ(answer.traffic_class, 5);
    EXPECT_EQ(answer.attributes, read.attributes);
    EXPECT_EQ(answer.length_dw, 2);
    EXPECT_EQ(answer.byte_count, 6);
    EXPECT_EQ(answer.lower_address, 0x42);
    EXPECT_FALSE(validate(answer));
}

TEST(TlpBuilder, CompletionsOfEverythingElseHaveByteCount4AndLowerAddress0) {
    const TlpHeader write = config_write(ConfigType::type_0, requester, Tag(1), completer, 0x04, 0x2);
    const TlpHeader answer = completion(write, completer, CompletionStatus::unsupported_request);
    EXPECT_EQ(answer.kind, TlpKind::completion);
    EXPECT_EQ(answer.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(answer.byte_count, 4);
    EXPECT_EQ(answer.lower_address, 0);
    EXPECT_FALSE(validate(answer));
}

TEST(TlpBuilder, CompletionOfAnAtomicHasOneOperand) {
    TlpHeader compare;
    compare.kind = TlpKind::compare_and_swap;
    compare.address = 0x1010;
    compare.length_dw = 8;
    const TlpHeader answer = completion_with_data(compare, completer);
    EXPECT_EQ(answer.length_dw, 4);
    EXPECT_EQ(answer.byte_count, 16);
    EXPECT_EQ(answer.lower_address, 0);
    EXPECT_EQ(byte_length(compare), 32U);
}

TEST(TlpBuilder, LockedReadsEndInLockedCompletions) {
    TlpHeader locked = memory_read(requester, Tag(1), 0x1000, 4);
    locked.kind = TlpKind::memory_read_locked;
    EXPECT_EQ(completion_with_data(locked, completer).kind, TlpKind::completion_locked_with_data);
    EXPECT_EQ(completion(locked, completer).kind, TlpKind::completion_locked);
}

TEST(TlpBuilder, ConfigurationRequestNamesBytesInItsDword) {
    const TlpHeader read =
        config_read(ConfigType::type_1, requester, Tag(1), completer, 0x3E, byte_enables_of(0x3E, 2));
    EXPECT_EQ(read.kind, TlpKind::config_read_1);
    EXPECT_EQ(read.config_register, 0x3C);
    EXPECT_EQ(read.first_be, 0b1100);
    EXPECT_EQ(register_offset(read), 0x3E);
    EXPECT_EQ(byte_enables_of(0x19, 1), 0b0010);
    EXPECT_EQ(byte_enables_of(0x10, 4), 0b1111);
    EXPECT_EQ(byte_enables_of(0x12, 4), 0b1100) << "what lies beyond the dword is not named";
}

TEST(TlpBuilder, ReadWithProcessingHintsMeansAllBytes) {
    TlpHeader read = memory_read(requester, Tag(1), 0x1000, 8);
    read.processing_hint = true;
    read.first_be = 0;
    read.last_be = 5; // steering tag 50h
    EXPECT_EQ(byte_length(read), 8U);
    EXPECT_EQ(first_byte_address(read), 0x1000U);
}

} // namespace
} // namespace rootpool::pcie
