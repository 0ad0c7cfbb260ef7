#pragma once

#include <cstdint>

namespace rootpool::models::test {

/// Random numbers: the same sequence on every machine.
class SplitMix64 {
public:
    explicit SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}
    [[nodiscard]] std::uint64_t next() noexcept {
        std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15ULL;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBULL;
        return mixed ^ (mixed >> 31U);
    }
    [[nodiscard]] unsigned below(unsigned count) noexcept { return static_cast<unsigned>(next() % count); }
    [[nodiscard]] bool one_in(unsigned count) noexcept { return below(count) == 0; }

private:
    std::uint64_t state_;
};

} // namespace rootpool::models::test
