#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/net/byte_pattern.h"
#include "rootpool/net/sha256.h"

namespace rootpool::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] Bytes filled(const BytePattern& pattern, std::uint64_t offset, std::size_t length) {
    Bytes bytes(length);
    pattern.fill(offset, bytes);
    return bytes;
}

[[nodiscard]] core::ByteView text(const std::string& characters) {
    return {reinterpret_cast<const std::uint8_t*>(characters.data()), characters.size()};
}

TEST(BytePattern, PiecesOfAnySizeMakeTheSameStream) {
    const BytePattern pattern(5);
    const Bytes whole = filled(pattern, 0, 2 * BytePattern::period + 100);
    EXPECT_EQ(pattern.mismatches(0, whole), 0U);
    for (const std::size_t piece : {1U, 7U, 1448U, 65'536U}) {
        Bytes joined;
        while (joined.size() < BytePattern::period + 100) {
            const Bytes next = filled(pattern, joined.size(), piece);
            joined.insert(joined.end(), next.begin(), next.end());
        }
        EXPECT_TRUE(std::equal(joined.begin(), joined.end(), whole.begin())) << piece;
    }
}

TEST(BytePattern, OffsetsBeyond32BitsWork) {
    const BytePattern pattern(5);
    const std::uint64_t far = BytePattern::period * 1'000'000'007;
    EXPECT_EQ(filled(pattern, far + 3, 64), filled(pattern, 3, 64));
}

TEST(BytePattern, CountsEveryWrongByte) {
    const BytePattern pattern(9);
    const std::uint64_t offset = BytePattern::period - 700; // across the end of the period
    Bytes bytes = filled(pattern, offset, 1448);
    for (const std::size_t at : {0U, 699U, 700U, 1447U}) {
        bytes[at] ^= 0x01U;
    }
    EXPECT_EQ(pattern.mismatches(offset, bytes), 4U);
    EXPECT_EQ(pattern.mismatches(offset, {}), 0U);
}

TEST(BytePattern, LostDoubledAndSwappedSegmentsShow) {
    const BytePattern pattern(9);
    for (const std::uint64_t shift : {1U, 8U, 1448U, 4096U, 65'536U, 524'288U}) {
        EXPECT_GT(pattern.mismatches(shift, filled(pattern, 0, 1448)), 1300U) << shift;
    }
}

TEST(BytePattern, DifferentSeedsDifferWithinAny16Bytes) {
    const Bytes first = filled(BytePattern(0), 0, BytePattern::period + 16);
    for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 63U, ~std::uint64_t{0}}) {
        const Bytes other = filled(BytePattern(seed), 0, BytePattern::period + 16);
        unsigned equal = 0;
        unsigned longest = 0;
        for (std::size_t i = 0; i < first.size(); ++i) {
            equal = first[i] == other[i] ? equal + 1 : 0;
            longest = std::max(longest, equal);
        }
        EXPECT_LT(longest, 16U) << seed;
    }
}

TEST(BytePattern, SameSeedGivesTheSameStream) {
    EXPECT_EQ(filled(BytePattern(77), 123, 1000), filled(BytePattern(77), 123, 1000));
}

TEST(Sha256, DigestsOfFips180) {
    EXPECT_EQ(Sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256 abc;
    abc.update(text("abc"));
    EXPECT_EQ(abc.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWholeAndReadingItEndsNothing) {
    const std::string whole(10'000, 'x');
    Sha256 once;
    once.update(text(whole));
    Sha256 pieces;
    pieces.update(text(whole.substr(0, 1)));
    const std::string early = pieces.hex();
    pieces.update(text(whole.substr(1)));
    EXPECT_NE(early, once.hex());
    EXPECT_EQ(pieces.hex(), once.hex());
    EXPECT_EQ(pieces.hex(), once.hex());
}

} // namespace
} // namespace rootpool::net
