#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/core/bytes.h"

namespace rootpool::net {

/// An endless stream of bytes that sender and receiver of a connection both know, to find every byte that is wrong,
/// lost, doubled or of another stream. Two streams with different seeds differ within any 16 bytes at the same offset;
/// one stream repeats only after `period` bytes, which shares no factor but 8 with any packet or buffer size.
class BytePattern {
public:
    static constexpr std::uint64_t words = 65'521; ///< the largest prime below 2^16
    static constexpr std::uint64_t period = words * 8;

    explicit BytePattern(std::uint64_t seed);

    /// Writes the bytes of the stream from `offset` on.
    void fill(std::uint64_t offset, core::MutableByteView to) const noexcept;
    /// How many of `bytes` are not what the stream has from `offset` on.
    [[nodiscard]] std::uint64_t mismatches(std::uint64_t offset, core::ByteView bytes) const noexcept;

private:
    std::vector<std::uint8_t> table_; ///< one period
};

} // namespace rootpool::net
