#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

/// Every rule of validate() and decode_tlp() with a TLP that breaks this rule and no other.
namespace rootpool::pcie {
namespace {

const Bdf requester(1, 0, 0);
const Bdf completer(2, 0, 0);

TlpHeader read_4() { return memory_read(requester, Tag(1), 0x2000, 4); }
TlpHeader read_16() { return memory_read(requester, Tag(1), 0x2004, 16); }
TlpHeader write_4() { return memory_write(requester, Tag(1), 0x2000, 4); }
TlpHeader config() { return config_read(ConfigType::type_0, requester, Tag(1), completer, 0x10); }
TlpHeader io() {
    TlpHeader header = read_4();
    header.kind = TlpKind::io_read;
    return header;
}
TlpHeader atomic(TlpKind kind, std::uint16_t length_dw) {
    TlpHeader header;
    header.kind = kind;
    header.address = 0x2000;
    header.length_dw = length_dw;
    return header;
}
TlpHeader error_message() { return message(requester, 0x30, 0); }
TlpHeader vendor_message() { return message(requester, 0x7F, 0); }
TlpHeader data_completion() { return completion_with_data(read_16(), completer); }

struct Refusal {
    const char* name;
    TlpHeader header;                         ///< valid
    std::function<void(TlpHeader&)> break_it; ///< made invalid
    const char* rule;                         ///< part of the text that is expected
    std::size_t byte_offset;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class TlpRule : public testing::TestWithParam<Refusal> {};

TEST_P(TlpRule, IsNamedWhenBroken) {
    const Refusal& refusal = GetParam();
    TlpHeader header = refusal.header;
    const auto before = validate(header);
    EXPECT_FALSE(before) << before->rule;
    refusal.break_it(header);
    const auto error = validate(header);
    ASSERT_TRUE(error);
    EXPECT_NE(error->rule.find(refusal.rule), std::string::npos) << error->rule;
    EXPECT_NE(error->rule.find("(2."), std::string::npos) << "no clause: " << error->rule;
    EXPECT_EQ(error->byte_offset, refusal.byte_offset);
}

const Refusal refusals[] = {
    {"kind", read_4(), [](TlpHeader& h) { h.kind = static_cast<TlpKind>(tlp_kind_count); }, "Fmt and Type", 0},
    {"traffic_class", read_4(), [](TlpHeader& h) { h.traffic_class = 8; }, "Traffic Class has 3 bits", 1},
    {"tag", read_4(), [](TlpHeader& h) { h.tag = Tag(1024); }, "Tag has at most 10 bits", 6},
    {"reserved_at", read_4(), [](TlpHeader& h) { h.address_type = 3; }, "Address Type 11b is reserved", 2},
    {"at_of_config", config(), [](TlpHeader& h) { h.address_type = 2; }, "Address Type must be 00b", 2},
    {"at_of_completion", data_completion(), [](TlpHeader& h) { h.address_type = 1; }, "Address Type must be 00b", 2},
    {"translation_write", write_4(), [](TlpHeader& h) { h.address_type = 1; }, "translation request", 2},
    {"poisoned_read", read_4(), [](TlpHeader& h) { h.poisoned = true; }, "poisoned", 2},
    {"th_of_config", config(), [](TlpHeader& h) { h.processing_hint = true; }, "TH is reserved", 1},
    {"ln_of_config", config(), [](TlpHeader& h) { h.lightweight_notification = true; }, "LN is reserved", 1},
    {"length_0", read_4(), [](TlpHeader& h) { h.length_dw = 0; }, "Length is 1 to 1024", 2},
    {"length_1025", read_4(), [](TlpHeader& h) { h.length_dw = 1025; }, "Length is 1 to 1024", 2},
    {"length_of_message", error_message(), [](TlpHeader& h) { h.length_dw = 1; }, "Length is reserved", 2},
    {"length_of_completion", completion(read_4(), completer), [](TlpHeader& h) { h.length_dw = 1; },
     "Length is reserved", 2},
    {"low_address_bits", read_4(), [](TlpHeader& h) { h.address |= 2; }, "low two address bits", 0},
    {"io_64_bit", io(), [](TlpHeader& h) { h.four_dw = true; }, "I/O requests use the 32-bit format", 0},
    {"io_above_4gb", io(), [](TlpHeader& h) { h.address = 1ULL << 32U; }, "I/O requests use the 32-bit format", 0},
    {"4dw_below_4gb", read_4(), [](TlpHeader& h) { h.four_dw = true; }, "below 4 GB must use the 3 DW header", 0},
    {"3dw_above_4gb", read_4(), [](TlpHeader& h) { h.address = 1ULL << 32U; }, "from 4 GB on need the 4 DW header", 0},
    {"4dw_config", config(), [](TlpHeader& h) { h.four_dw = true; }, "use a 3 DW header", 0},
    {"3dw_message", error_message(), [](TlpHeader& h) { h.four_dw = false; }, "messages use a 4 DW header", 0},
    {"wide_byte_enables", read_4(), [](TlpHeader& h) { h.first_be = 0x1F; }, "byte enables have 4 bits", 7},
    {"last_be_of_one_dword", read_4(), [](TlpHeader& h) { h.last_be = 1; }, "one dword must have Last DW BE 0000b", 7},
    {"first_be_0", read_16(), [](TlpHeader& h) { h.first_be = 0; }, "must not have First DW BE 0000b", 7},
    {"last_be_0", read_16(), [](TlpHeader& h) { h.last_be = 0; }, "must not have Last DW BE 0000b", 7},
    {"hole_in_first_be", read_16(), [](TlpHeader& h) { h.first_be = 0b1010; }, "contiguous", 7},
    {"end_missing_in_first_be", read_16(), [](TlpHeader& h) { h.first_be = 0b0111; }, "contiguous", 7},
    {"hole_in_last_be", read_16(), [](TlpHeader& h) { h.last_be = 0b0101; }, "contiguous", 7},
    {"start_missing_in_last_be", read_16(), [](TlpHeader& h) { h.last_be = 0b1110; }, "contiguous", 7},
    {"unaligned_quad_word", memory_read(requester, Tag(1), 0x2004, 8), [](TlpHeader& h) { h.first_be = 0b1010; },
     "contiguous", 7},
    {"4kb", memory_read(requester, Tag(1), 0x2FF8, 8), [](TlpHeader& h) { h.length_dw = 3; }, "cross a 4 KB boundary",
     2},
    {"tc_of_config", config(), [](TlpHeader& h) { h.traffic_class = 1; }, "must use Traffic Class 0", 1},
    {"tc_of_io", io(), [](TlpHeader& h) { h.traffic_class = 1; }, "must use Traffic Class 0", 1},
    {"attr_of_config", config(), [](TlpHeader& h) { h.attributes.relaxed_ordering = true; }, "must have Attr 000b", 2},
    {"length_of_config", config(), [](TlpHeader& h) { h.length_dw = 2; }, "must have a Length of one dword", 2},
    {"last_be_of_config", config(), [](TlpHeader& h) { h.last_be = 1; }, "must have Last DW BE 0000b (2.2.7.1)", 7},
    {"config_register", config(), [](TlpHeader& h) { h.config_register = 0x11; }, "one of 1024 dwords", 10},
    {"config_register_range", config(), [](TlpHeader& h) { h.config_register = 0x1000; }, "one of 1024 dwords", 10},
    {"fetch_add_3_dw", atomic(TlpKind::fetch_add, 2), [](TlpHeader& h) { h.length_dw = 3; }, "atomic operands", 2},
    {"swap_4_dw", atomic(TlpKind::swap, 1), [](TlpHeader& h) { h.length_dw = 4; }, "atomic operands", 2},
    {"cas_1_dw", atomic(TlpKind::compare_and_swap, 2), [](TlpHeader& h) { h.length_dw = 1; }, "atomic operands", 2},
    {"cas_16_dw", atomic(TlpKind::compare_and_swap, 8), [](TlpHeader& h) { h.length_dw = 16; }, "atomic operands", 2},
    {"unaligned_atomic", atomic(TlpKind::fetch_add, 2), [](TlpHeader& h) { h.address = 0x2004; },
     "aligned to its operand", 8},
    {"atomic_byte_enables", atomic(TlpKind::swap, 1), [](TlpHeader& h) { h.first_be = 0xF; }, "reserved in atomic", 7},
    {"reserved_routing", message(requester, 0x60, 4), [](TlpHeader& h) { h.message_routing = 6; }, "110b and 111b", 0},
    {"gathered", vendor_message(), [](TlpHeader& h) { h.message_routing = 5; }, "only PME_TO_Ack", 0},
    {"routing_of_error", error_message(), [](TlpHeader& h) { h.message_routing = 4; }, "must use another routing", 0},
    {"routing_of_turn_off", message(requester, 0x19, 3), [](TlpHeader& h) { h.message_routing = 0; }, "another routing",
     0},
    {"data_of_error", error_message(),
     [](TlpHeader& h) {
         h.kind = TlpKind::message_with_data;
         h.length_dw = 1;
     },
     "this message has no data", 0},
    {"tc_of_error", error_message(), [](TlpHeader& h) { h.traffic_class = 1; }, "must use Traffic Class 0 (2.2.8)", 1},
    {"attr_of_error", error_message(), [](TlpHeader& h) { h.attributes.no_snoop = true; }, "Attr[1:0] is reserved", 2},
    {"target_of_message", message(requester, 0x7F, 2), [](TlpHeader& h) { h.target = completer; }, "bytes 8 and 9", 8},
    {"wide_status", completion(read_4(), completer), [](TlpHeader& h) { h.status = static_cast<CompletionStatus>(8); },
     "Completion Status has 3 bits", 6},
    {"byte_count_0", completion(read_4(), completer), [](TlpHeader& h) { h.byte_count = 0; }, "Byte Count is 1 to 4096",
     6},
    {"byte_count_4097", completion(read_4(), completer), [](TlpHeader& h) { h.byte_count = 4097; }, "Byte Count", 6},
    {"wide_lower_address", completion(read_4(), completer), [](TlpHeader& h) { h.lower_address = 0x80; },
     "Lower Address has 7 bits", 11},
    {"failed_with_data", data_completion(), [](TlpHeader& h) { h.status = CompletionStatus::completer_abort; },
     "not successful must not have data", 6},
    {"more_than_remains", data_completion(), [](TlpHeader& h) { h.length_dw = 5; }, "more than its Byte Count", 2},
    {"ends_off_boundary", data_completion(), [](TlpHeader& h) { h.byte_count = 64; }, "read completion boundary", 2},
};

INSTANTIATE_TEST_SUITE_P(All, TlpRule, testing::ValuesIn(refusals),
                         [](const testing::TestParamInfo<Refusal>& test) { return test.param.name; });

TEST(TlpRules, SetSlotPowerLimitHasOneDword) {
    TlpHeader limit = message(requester, 0x50, 4);
    EXPECT_TRUE(validate(limit));
    limit.kind = TlpKind::message_with_data;
    limit.length_dw = 1;
    EXPECT_FALSE(validate(limit));
    limit.length_dw = 2;
    EXPECT_TRUE(validate(limit));
}

TEST(TlpRules, AreAllCoveredByARefusal) {
    std::set<std::string> texts;
    for (const Refusal& refusal : refusals) {
        TlpHeader header = refusal.header;
        refusal.break_it(header);
        texts.insert(validate(header)->rule);
    }
    EXPECT_EQ(texts.size(), 44U) << "a rule was added or removed without its test";
}

TEST(TlpRules, PermitWhatTheSpecificationPermits) {
    TlpHeader holes = read_4();
    holes.first_be = 0b1010;
    EXPECT_FALSE(validate(holes)) << "one dword may have holes";
    TlpHeader quad_word = memory_read(requester, Tag(1), 0x2008, 8);
    quad_word.first_be = 0b0101;
    quad_word.last_be = 0b1001;
    EXPECT_FALSE(validate(quad_word)) << "an aligned quad word may have holes";
    EXPECT_FALSE(validate(memory_read(requester, Tag(1), 0x2000, 0))) << "zero-length read";
    TlpHeader hinted = read_16();
    hinted.processing_hint = true;
    hinted.first_be = 0;
    hinted.last_be = 3;
    EXPECT_FALSE(validate(hinted)) << "a steering tag stands in place of the byte enables";
    TlpHeader reserved_status = completion(read_4(), completer, static_cast<CompletionStatus>(7));
    EXPECT_FALSE(validate(reserved_status)) << "the requester handles reserved codes as unsupported request";
    EXPECT_FALSE(validate(message(requester, 0x48, 4))) << "old hot-plug messages are ignored by their receiver";
}

// ------------------------------------------------------------------------------- what only bytes can break

struct ByteRefusal {
    const char* name;
    std::vector<std::uint8_t> bytes;
    const char* rule;
    std::size_t byte_offset;
};

void PrintTo(const ByteRefusal& refusal, std::ostream* out) { *out << refusal.name; }

class TlpBytes : public testing::TestWithParam<ByteRefusal> {};

TEST_P(TlpBytes, AreRefusedWithTheRule) {
    const ByteRefusal& refusal = GetParam();
    const auto decoded = decode_tlp(refusal.bytes);
    ASSERT_TRUE(std::holds_alternative<TlpError>(decoded));
    const TlpError& error = std::get<TlpError>(decoded);
    EXPECT_NE(error.rule.find(refusal.rule), std::string::npos) << error.rule;
    EXPECT_EQ(error.byte_offset, refusal.byte_offset);
}

const ByteRefusal byte_refusals[] = {
    {"nothing", {}, "there is nothing", 0},
    {"prefix", {0x80, 0, 0, 0}, "TLP prefixes are not supported", 0},
    {"reserved_fmt", {0xA0, 0, 0, 0}, "Fmt 101b, 110b and 111b are reserved", 0},
    {"reserved_type", {0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "Fmt and Type must be a defined combination", 0},
    {"io_read_4dw", {0x22, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0, 1, 0, 0, 0, 0}, "Fmt and Type", 0},
    {"message_3dw", {0x14, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0}, "Fmt and Type", 0},
    {"cut_3dw_header", {0x00, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0}, "the header has 12 or 16 bytes", 11},
    {"cut_4dw_header", {0x20, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0, 1}, "the header has 12 or 16 bytes", 12},
    {"cut_data", {0x40, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0, 0, 1, 2, 3}, "the data must be as long as the Length", 15},
    {"cut_digest", {0x00, 0, 0x80, 1, 0, 0, 0, 0xF, 0, 0, 0, 0}, "TD says that a digest", 12},
    {"digest_without_td", {0x00, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0, 0, 1, 2, 3, 4}, "the TLP must end", 12},
    {"read_with_data", {0x04, 0, 0, 1, 0, 0, 0, 0xF, 1, 0, 0, 0, 9, 9, 9, 9}, "the TLP must end", 12},
    {"low_address", {0x00, 0, 0, 1, 0, 0, 0, 0xF, 0, 0, 0, 1}, "low two address bits", 0},
    {"config_reserved_bits", {0x04, 0, 0, 1, 0, 0, 0, 0xF, 1, 0, 0x10, 0}, "register number", 10},
    {"config_low_bits", {0x04, 0, 0, 1, 0, 0, 0, 0xF, 1, 0, 0, 2}, "register number", 10},
    {"completion_reserved_bit", {0x0A, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x80}, "bit 7 of byte 11", 11},
};

INSTANTIATE_TEST_SUITE_P(All, TlpBytes, testing::ValuesIn(byte_refusals),
                         [](const testing::TestParamInfo<ByteRefusal>& test) { return test.param.name; });

} // namespace
} // namespace rootpool::pcie
