#pragma once

#include <cstddef>
#include <cstdint>

#include "rootpool/core/bytes.h"

namespace rootpool::models {

/// What memory holds where a DmaProbe reads, and what it writes: every dword follows from its address, so that a byte
/// in a wrong place is seen. Addresses and sizes are multiples of 4.
class DmaPattern {
public:
    static void fill(std::uint64_t address, core::MutableByteView to) noexcept {
        for (std::size_t at = 0; at < to.size(); at += dword_bytes) {
            core::store_le(to.data() + at, dword(address + at));
        }
    }
    /// How many bytes differ, counted in dwords.
    [[nodiscard]] static std::uint64_t count_wrong(std::uint64_t address, core::ByteView bytes) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t at = 0; at < bytes.size(); at += dword_bytes) {
            wrong += core::load_le<std::uint32_t>(bytes.data() + at) != dword(address + at) ? dword_bytes : 0;
        }
        return wrong;
    }

private:
    static constexpr std::size_t dword_bytes = 4;

    /// Never zero, which is what untouched memory holds.
    [[nodiscard]] static constexpr std::uint32_t dword(std::uint64_t address) noexcept {
        constexpr std::uint64_t golden_ratio = 0x9E37'79B9'7F4A'7C15ULL; // spreads neighbours (Knuth, TAOCP 6.4)
        return static_cast<std::uint32_t>(address * golden_ratio >> 32U) | 1U;
    }
};

} // namespace rootpool::models
