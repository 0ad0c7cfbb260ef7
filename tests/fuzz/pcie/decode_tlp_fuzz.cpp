#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "rootpool/pcie/tlp_json.h"
#include "tests/unit/pcie/random_tlp.h"

/// Deterministic fuzzing of the TLP decoder: no input crashes it, whatever it accepts encodes to the same bytes,
/// whatever it refuses names a rule and a byte of the input.
namespace rootpool::pcie {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int inputs = 1'000'000;

/// Random bytes whose first ones are likely to be a header.
Bytes random_bytes(test::RandomTlp& random) {
    static constexpr std::uint8_t likely[] = {0x00, 0x20, 0x40, 0x60, 0x04, 0x44, 0x05,
                                              0x45, 0x0A, 0x4A, 0x30, 0x74, 0x4C, 0x6E};
    Bytes bytes(random.upto(40));
    for (std::uint8_t& byte : bytes) {
        byte = random.any<std::uint8_t>(0xFF);
    }
    if (bytes.size() > 3 && random.flip()) {
        bytes[0] = likely[random.upto(std::size(likely) - 1)];
        bytes[1] = 0;
        bytes[2] &= 0x80U;
        bytes[3] &= 0x03U;
    }
    return bytes;
}

/// A valid TLP with a few bits, bytes or its length changed.
Bytes mutated(test::RandomTlp& random) {
    const DecodedTlp tlp = random.tlp();
    Bytes bytes;
    encode(tlp.header, tlp.data, bytes, tlp.ecrc);
    for (std::uint64_t changes = random.upto(3); changes > 0; --changes) {
        const std::size_t place =
            random.upto(random.flip() ? std::min<std::size_t>(bytes.size() - 1, 15) : bytes.size() - 1);
        switch (random.upto(3)) {
        case 0:
            bytes[place] ^= static_cast<std::uint8_t>(1U << random.upto(7));
            break;
        case 1:
            bytes[place] = random.any<std::uint8_t>(0xFF);
            break;
        case 2:
            bytes.resize(place + 1);
            break;
        default:
            bytes.resize(bytes.size() + random.upto(8));
            break;
        }
    }
    return bytes;
}

struct Tally {
    int accepted = 0;
    int refused = 0;
};

void decode_and_check(const Bytes& input, Tally& tally) {
    const auto result = decode_tlp(input);
    if (const auto* error = std::get_if<TlpError>(&result)) {
        ++tally.refused;
        ASSERT_NE(error->rule.find("(2."), std::string::npos) << error->rule;
        ASSERT_LE(error->byte_offset, input.size());
        return;
    }
    ++tally.accepted;
    const auto& tlp = std::get<DecodedTlp>(result);
    Bytes output;
    encode(tlp.header, tlp.data, output, tlp.ecrc);
    ASSERT_EQ(output, input);
}

TEST(DecodeTlpFuzz, RandomAndMutatedBytesAreRefusedOrReproduced) {
    test::RandomTlp random(0x8259'9000);
    Tally tally;
    for (int i = 0; i < inputs; ++i) {
        decode_and_check(i % 2 == 0 ? random_bytes(random) : mutated(random), tally);
        ASSERT_FALSE(HasFatalFailure()) << "input " << i;
    }
    EXPECT_GT(tally.accepted, inputs / 20) << "the inputs must reach what lies behind the checks";
    EXPECT_GT(tally.refused, inputs / 20);
}

TEST(DecodeTlpFuzz, WhatIsAcceptedSurvivesJson) {
    test::RandomTlp random(0x1234'5678);
    for (int i = 0; i < inputs / 100; ++i) {
        const Bytes input = mutated(random);
        const auto result = decode_tlp(input);
        if (const auto* tlp = std::get_if<DecodedTlp>(&result)) {
            ASSERT_EQ(tlp_from_json(to_json(*tlp)), *tlp) << "input " << i;
        }
    }
}

} // namespace
} // namespace rootpool::pcie
