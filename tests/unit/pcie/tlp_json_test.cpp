#include "rootpool/pcie/tlp_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/pcie/random_tlp.h"

namespace rootpool::pcie {
namespace {

using Json = nlohmann::ordered_json;

const Bdf requester(1, 2, 3);

std::string refusal(const Json& json) {
    try {
        (void)tlp_from_json(json);
    } catch (const TlpJsonError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(TlpJson, MemoryReadHasExactlyItsFields) {
    const DecodedTlp read{memory_read(requester, Tag(5), 0x1'0000'1002, 6), {}, std::nullopt};
    EXPECT_EQ(to_json(read), Json::parse(R"({
        "kind": "memory_read", "fmt": 1, "type": 0, "tc": 0,
        "attr": {"no_snoop": false, "relaxed_ordering": false, "id_based_ordering": false},
        "td": false, "ep": false, "at": 0, "length_dw": 2, "requester_id": "01:02.3", "tag": 5,
        "first_be": 12, "last_be": 15, "address": "0x100001000"})"));
}

TEST(TlpJson, CompletionHasExactlyItsFields) {
    const DecodedTlp answer{
        completion_with_data(memory_read(requester, Tag(5), 0x1002, 2), Bdf(4, 0, 1)), {1, 2, 0xAB, 4}, std::nullopt};
    EXPECT_EQ(to_json(answer), Json::parse(R"({
        "kind": "completion_with_data", "fmt": 2, "type": 10, "tc": 0,
        "attr": {"no_snoop": false, "relaxed_ordering": false, "id_based_ordering": false},
        "td": false, "ep": false, "at": 0, "length_dw": 1, "completer_id": "04:00.1", "status": "successful",
        "byte_count": 2, "requester_id": "01:02.3", "tag": 5, "lower_address": 2, "data": "0102ab04"})"));
}

TEST(TlpJson, ConfigurationRequestHasBusDeviceFunctionAndRegister) {
    const Json json =
        to_json({config_read(ConfigType::type_0, requester, Tag(0), Bdf(3, 16, 2), 0x160), {}, std::nullopt});
    EXPECT_EQ(json["bus"], 3);
    EXPECT_EQ(json["device"], 16);
    EXPECT_EQ(json["function"], 2);
    EXPECT_EQ(json["register"], 0x160);
    EXPECT_FALSE(json.contains("address"));
    EXPECT_FALSE(json.contains("data"));
}

TEST(TlpJson, RandomTlpsOfEveryKindSurviveTheRoundTripThroughText) {
    test::RandomTlp random(11);
    for (int i = 0; i < 5'000; ++i) {
        const DecodedTlp tlp = random.tlp();
        const std::string text = to_json(tlp).dump();
        ASSERT_EQ(tlp_from_json(Json::parse(text)), tlp) << text;
    }
}

TEST(TlpJson, WhatIsNotSaidIsTheUsualTlp) {
    const DecodedTlp read = tlp_from_json({{"kind", "memory_read"}, {"address", "0x123456780"}});
    EXPECT_EQ(read.header, memory_read(Bdf(), Tag(0), 0x1'2345'6780, 4));
    const DecodedTlp write =
        tlp_from_json({{"kind", "memory_write"}, {"address", 4096}, {"data", "0011223344556677"}, {"tag", 3}});
    EXPECT_EQ(write.header, memory_write(Bdf(), Tag(3), 0x1000, 8));
    const DecodedTlp answer = tlp_from_json({{"kind", "completion_with_data"}, {"data", "01020304"}});
    EXPECT_EQ(answer.header.byte_count, 4);
    EXPECT_EQ(answer.header.length_dw, 1);
}

TEST(TlpJson, StatusIsANameOrACode) {
    EXPECT_EQ(tlp_from_json({{"kind", "completion"}, {"status", "completer_abort"}}).header.status,
              CompletionStatus::completer_abort);
    EXPECT_EQ(tlp_from_json({{"kind", "completion"}, {"status", 1}}).header.status,
              CompletionStatus::unsupported_request);
    EXPECT_EQ(to_json(tlp_from_json({{"kind", "completion"}, {"status", 3}}))["status"], 3) << "a reserved code";
}

TEST(TlpJson, ErrorsNameTheField) {
    const Json read{{"kind", "memory_read"}, {"address", "0x1000"}};
    const auto with = [](Json json, const char* name, const Json& value) {
        json[name] = value;
        return refusal(json);
    };
    EXPECT_EQ(refusal(Json::array()), "a TLP is a JSON object");
    EXPECT_EQ(refusal(Json::object()), "kind: is missing");
    EXPECT_EQ(refusal({{"kind", "MRd"}}), "kind: \"MRd\" is not a kind of TLP");
    EXPECT_EQ(refusal({{"kind", 1}}), "kind: must be a string");
    EXPECT_EQ(refusal({{"kind", "memory_read"}}), "address: is missing");
    EXPECT_EQ(refusal({{"kind", "memory_write"}, {"address", 0}}), "data: is missing");
    EXPECT_EQ(refusal({{"kind", "config_read_0"}}), "bus: is missing");
    EXPECT_EQ(refusal({{"kind", "message"}}), "type: is missing");
    EXPECT_EQ(with(read, "adress", 1), "adress: is not a field of a TLP");
    EXPECT_EQ(with(read, "status", "successful"), "status: a memory_read has no such field");
    EXPECT_EQ(with(read, "data", "00"), "data: a memory_read has no such field");
    EXPECT_EQ(with(read, "tc", 8), "tc: must be a whole number from 0 to 7");
    EXPECT_EQ(with(read, "tc", -1), "tc: must be a whole number from 0 to 7");
    EXPECT_EQ(with(read, "tc", 1.5), "tc: must be a whole number from 0 to 7");
    EXPECT_EQ(with(read, "tc", "0x"), "tc: must be a whole number from 0 to 7");
    EXPECT_EQ(with(read, "address", "1000g"), "address: must be a whole number from 0 to 18446744073709551615");
    EXPECT_EQ(with(read, "td", 1), "td: must be true or false");
    EXPECT_EQ(with(read, "attr", true), "attr: must be an object");
    EXPECT_EQ(with(read, "attr", {{"snoop", true}}), "attr.snoop: is not an attribute");
    EXPECT_EQ(with(read, "attr", {{"no_snoop", 0}}), "attr.no_snoop: must be true or false");
    EXPECT_EQ(with(read, "fmt", 2), "fmt: does not belong to this kind");
    EXPECT_EQ(with(read, "type", 4), "type: does not belong to this kind");
    for (const char* id : {"1:02.3", "01:20.0", "01:00.8", "01-00.0", "gg:00.0", ""}) {
        EXPECT_EQ(with(read, "requester_id", id),
                  "requester_id: must be bus, device and function as \"bb:dd.f\", hexadecimal");
    }
    const Json write{{"kind", "memory_write"}, {"address", 0}, {"data", "00000000"}};
    EXPECT_EQ(with(write, "data", "0"), "data: must be pairs of hexadecimal digits");
    EXPECT_EQ(with(write, "data", "zz"), "data: must be pairs of hexadecimal digits");
    EXPECT_EQ(with(write, "length_dw", 2), "data: must be as long as length_dw says, 8 bytes");
    EXPECT_EQ(with(write, "data", "000000000000"), "data: must be as long as length_dw says, 4 bytes");
}

TEST(TlpJson, ATlpThatBreaksARuleIsRefusedWithTheRule) {
    EXPECT_NE(refusal({{"kind", "memory_read"}, {"address", "0xffc"}, {"length_dw", 2}}).find("4 KB boundary"),
              std::string::npos);
    EXPECT_NE(refusal({{"kind", "memory_read"}, {"address", "0x1000"}, {"fmt", 1}}).find("3 DW header"),
              std::string::npos);
}

} // namespace
} // namespace rootpool::pcie
