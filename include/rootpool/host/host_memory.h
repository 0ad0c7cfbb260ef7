#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rootpool/core/bytes.h"

namespace rootpool::host {

/// The physical memory of a server: sparse, zero until written, in chunks that exist once touched by a write.
///
/// Whatever lies outside reads as all ones and swallows writes, since addresses come from devices.
class HostMemory {
public:
    static constexpr std::uint64_t chunk_bytes = 2U << 20U;

    /// `size` bytes from address 0, rounded up to a chunk.
    explicit HostMemory(std::uint64_t size);

    /// False when a part of the range lies outside.
    bool read(std::uint64_t address, core::MutableByteView to) const;
    bool write(std::uint64_t address, core::ByteView from);

    /// The bytes themselves, when the range lies in one chunk; empty otherwise. Valid for the life of the memory.
    [[nodiscard]] core::MutableByteView view(std::uint64_t address, std::uint64_t length);

    [[nodiscard]] std::uint64_t size() const noexcept { return chunks_.size() * chunk_bytes; }

private:
    using Chunk = std::array<std::uint8_t, chunk_bytes>;
    [[nodiscard]] bool inside(std::uint64_t address, std::uint64_t length) const noexcept;
    [[nodiscard]] Chunk& touch(std::uint64_t index);

    std::vector<std::unique_ptr<Chunk>> chunks_;
};

/// Hands out DMA memory of one server, upwards from a base; the same requests in the same order get the same addresses.
class DmaAllocator {
public:
    DmaAllocator(std::uint64_t base, std::uint64_t end) noexcept : next_(base), end_(end) {}

    /// `alignment` is a power of two. Throws core::ModelViolation when the region is used up.
    [[nodiscard]] std::uint64_t allocate(std::uint64_t bytes, std::uint64_t alignment);

private:
    std::uint64_t next_;
    std::uint64_t end_;
};

} // namespace rootpool::host
