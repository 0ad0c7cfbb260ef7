#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"

namespace rootpool::nic {

/// The ones' complement sum of RFC 1071 over bytes, not yet complemented. Sums of parts add up as long as every part
/// but the last has an even length.
class ChecksumSum {
public:
    constexpr ChecksumSum() noexcept = default;

    void add(core::ByteView bytes) noexcept;
    /// A 16-bit field in host order.
    constexpr void add16(std::uint16_t field) noexcept {
        sum_ += static_cast<std::uint16_t>(field << 8U | field >> 8U);
    }

    /// The sum folded to 16 bits, as a field in host order; FFFFh over data that includes its own correct checksum.
    [[nodiscard]] std::uint16_t folded() const noexcept;
    /// What goes into the checksum field, in host order.
    [[nodiscard]] std::uint16_t checksum() const noexcept { return static_cast<std::uint16_t>(~folded()); }

private:
    std::uint64_t sum_ = 0; ///< little-endian words: byte order does not matter until the end (RFC 1071 section 2 B)
};

} // namespace rootpool::nic
