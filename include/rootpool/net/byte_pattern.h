#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"

namespace rootpool::net {

/// The bytes that a test program sends: every byte follows from the seed and its place in the stream, so that a
/// receiver can check each one wherever it stands. The stream is one of 64-bit words m(s + n k) with odd k and
/// one-to-one m: word n differs from every other word of the stream (no period shorter than any stream), and from word
/// n of every stream with another seed, so that two such streams differ within any 16 bytes at one place.
class BytePattern {
public:
    explicit BytePattern(std::uint64_t seed) noexcept;

    /// Writes the bytes from `offset` on.
    void fill(std::uint64_t offset, core::MutableByteView to) const noexcept;
    /// Whether `bytes` are the ones from `offset` on.
    [[nodiscard]] bool verify(std::uint64_t offset, core::ByteView bytes) const noexcept;
    /// How many of `bytes` are not.
    [[nodiscard]] std::uint64_t mismatches(std::uint64_t offset, core::ByteView bytes) const noexcept;

private:
    [[nodiscard]] std::uint64_t word(std::uint64_t number) const noexcept;
    [[nodiscard]] std::uint8_t byte(std::uint64_t offset) const noexcept;

    std::uint64_t start_;
};

} // namespace rootpool::net
