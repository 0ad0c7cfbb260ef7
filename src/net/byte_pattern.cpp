#include "rootpool/net/byte_pattern.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr std::uint64_t step = 0x9E37'79B9'7F4A'7C15U; ///< odd: n -> n * step is one to one
constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// One to one on 64 bits (splitmix64's finalizer): seeds that differ start at places that differ.
[[nodiscard]] constexpr std::uint64_t scramble(std::uint64_t value) noexcept {
    value = (value ^ value >> 30U) * 0xBF58'476D'1CE4'E5B9U;
    value = (value ^ value >> 27U) * 0x94D0'49BB'1331'11EBU;
    return value ^ value >> 31U;
}

/// One to one; only shifts, so that loops over words become vector code.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value ^= value >> 29U;
    value ^= value << 17U;
    return value ^ value >> 37U;
}

} // namespace

BytePattern::BytePattern(std::uint64_t seed) noexcept : start_(scramble(seed)) {}

std::uint64_t BytePattern::word(std::uint64_t number) const noexcept { return mix(start_ + number * step); }

std::uint8_t BytePattern::byte(std::uint64_t offset) const noexcept {
    return static_cast<std::uint8_t>(word(offset / word_bytes) >> offset % word_bytes * 8);
}

void BytePattern::fill(std::uint64_t offset, core::MutableByteView to) const noexcept {
    std::uint8_t* at = to.data();
    std::uint8_t* const end = at + to.size();
    for (; at != end && offset % word_bytes != 0; ++at, ++offset) {
        *at = byte(offset);
    }
    const auto words = static_cast<std::uint64_t>(end - at) / word_bytes;
    std::uint64_t state = start_ + offset / word_bytes * step;
    for (std::uint64_t i = 0; i < words; ++i, state += step) {
        core::store_le(at + i * word_bytes, mix(state));
    }
    at += words * word_bytes;
    offset += words * word_bytes;
    for (; at != end; ++at, ++offset) {
        *at = byte(offset);
    }
}

bool BytePattern::verify(std::uint64_t offset, core::ByteView bytes) const noexcept {
    const std::uint8_t* at = bytes.data();
    const std::uint8_t* const end = at + bytes.size();
    std::uint64_t difference = 0;
    for (; at != end && offset % word_bytes != 0; ++at, ++offset) {
        difference |= static_cast<std::uint64_t>(*at ^ byte(offset));
    }
    const auto words = static_cast<std::uint64_t>(end - at) / word_bytes;
    std::uint64_t state = start_ + offset / word_bytes * step;
    for (std::uint64_t i = 0; i < words; ++i, state += step) {
        difference |= core::load_le<std::uint64_t>(at + i * word_bytes) ^ mix(state);
    }
    at += words * word_bytes;
    offset += words * word_bytes;
    for (; at != end; ++at, ++offset) {
        difference |= static_cast<std::uint64_t>(*at ^ byte(offset));
    }
    return difference == 0;
}

std::uint64_t BytePattern::mismatches(std::uint64_t offset, core::ByteView bytes) const noexcept {
    if (verify(offset, bytes)) {
        return 0;
    }
    return static_cast<std::uint64_t>(std::count_if(
        bytes.begin(), bytes.end(), [this, &offset](std::uint8_t value) { return value != byte(offset++); }));
}

} // namespace rootpool::net
