#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "rootpool/net/checksum.h"

namespace rootpool::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// RFC 1071 section 1 word by word.
[[nodiscard]] std::uint16_t plain_sum(const Bytes& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i] << 8U) : bytes[i];
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(sum);
}

TEST(Checksum, NumericalExampleOfRfc1071) {
    const Bytes bytes{0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};
    EXPECT_EQ(Checksum().add(bytes).sum(), 0xDDF2);
    EXPECT_EQ(Checksum().add(bytes).value(), 0x220D);
}

TEST(Checksum, EveryLengthAndAlignmentAgreesWithThePlainSum) {
    std::mt19937 random(1);
    for (std::size_t length = 0; length < 130; ++length) {
        Bytes bytes(length + 1);
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        const Bytes shifted(bytes.begin() + 1, bytes.end());
        EXPECT_EQ(Checksum().add(core::ByteView(bytes).subspan(1)).sum(), plain_sum(shifted)) << length;
    }
}

TEST(Checksum, PiecesOfEvenLengthContinueTheSum) {
    Bytes bytes(1501);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 37 + 200);
    }
    const core::ByteView all(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); cut += 2) {
        EXPECT_EQ(Checksum().add(all.first(cut)).add(all.subspan(cut)).sum(), plain_sum(bytes)) << cut;
    }
}

TEST(Checksum, CarriesAreNotLostInLongRunsOfOnes) {
    const Bytes ones(1U << 20U, 0xFF);
    Checksum checksum;
    for (unsigned i = 0; i < 64; ++i) {
        checksum.add(ones);
    }
    EXPECT_EQ(checksum.sum(), 0xFFFF) << "only zeros sum to zero";
    EXPECT_EQ(Checksum().add(Bytes(64, 0)).sum(), 0);
    EXPECT_EQ(checksum.add(std::uint16_t{1}).sum(), 1) << "end-around carry";
}

TEST(Checksum, PseudoHeaderCountsEveryField) {
    const auto value = [](std::uint32_t source, std::uint32_t destination, std::uint8_t protocol,
                          std::uint32_t length) {
        return Checksum().add_pseudo_header(Ipv4Address(source), Ipv4Address(destination), protocol, length).sum();
    };
    EXPECT_EQ(value(0x01020304, 0x05060708, 6, 20), 0x0102 + 0x0304 + 0x0506 + 0x0708 + 6 + 20);
    EXPECT_EQ(value(0, 0, 17, 0x1'0002), 17 + 1 + 2);
}

} // namespace
} // namespace rootpool::net
