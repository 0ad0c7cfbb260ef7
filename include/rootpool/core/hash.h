#pragma once

#include <cstdint>

namespace rootpool::core {

/// A 64-bit running hash over a sequence of words. Not cryptographic; made to be cheap in the event path and to depend
/// on the order of what is added. Two runs with the same events in the same order give the same value.
class RunningHash {
public:
    constexpr void add(std::uint64_t word) noexcept {
        state_ ^= word;
        state_ *= 0x9E37'79B9'7F4A'7C15ULL; // odd, from the golden ratio: every multiplication is a permutation
        state_ ^= state_ >> 32U;
    }
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

private:
    std::uint64_t state_ = 0xCBF2'9CE4'8422'2325ULL;
};

} // namespace rootpool::core
