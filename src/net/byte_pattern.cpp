#include "rootpool/net/byte_pattern.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <numeric>

namespace rootpool::net {

namespace {

/// The finalizer of SplitMix64: one to one, so that different seeds give different words at every place.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ value >> 30U) * 0xBF58'476D'1CE4'E5B9U;
    value = (value ^ value >> 27U) * 0x94D0'49BB'1331'11EBU;
    return value ^ value >> 31U;
}

constexpr std::uint64_t golden_ratio = 0x9E37'79B9'7F4A'7C15U;

} // namespace

BytePattern::BytePattern(std::uint64_t seed) : table_(period) {
    std::uint64_t state = mix(seed + golden_ratio);
    for (std::uint64_t word = 0; word < words; ++word) {
        core::store_le(table_.data() + word * 8, mix(state));
        state += golden_ratio;
    }
}

void BytePattern::fill(std::uint64_t offset, core::MutableByteView to) const noexcept {
    std::size_t at = offset % period;
    while (!to.empty()) {
        const std::size_t part = std::min<std::size_t>(to.size(), period - at);
        std::memcpy(to.data(), table_.data() + at, part);
        to = to.subspan(part);
        at = 0;
    }
}

std::uint64_t BytePattern::mismatches(std::uint64_t offset, core::ByteView bytes) const noexcept {
    std::uint64_t wrong = 0;
    std::size_t at = offset % period;
    while (!bytes.empty()) {
        const std::size_t part = std::min<std::size_t>(bytes.size(), period - at);
        const std::uint8_t* expected = table_.data() + at;
        if (std::memcmp(bytes.data(), expected, part) != 0) {
            wrong += std::transform_reduce(bytes.data(), bytes.data() + part, expected, std::uint64_t{0}, std::plus<>(),
                                           std::not_equal_to<>());
        }
        bytes = bytes.subspan(part);
        at = 0;
    }
    return wrong;
}

} // namespace rootpool::net
