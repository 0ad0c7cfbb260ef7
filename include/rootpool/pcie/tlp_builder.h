#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "rootpool/pcie/tlp_header.h"

/// Headers of well-formed TLPs, and what follows from a header. Sizes come from the caller's own arithmetic, never from
/// a register or a packet unchecked: a range that no single request can name is a core::ModelViolation.
namespace rootpool::pcie {

/// A memory request must not cross a multiple of this (PCIe base 2.2.7.1).
inline constexpr std::uint32_t request_boundary = 4096;
/// Addresses from here on need a 4 DW header; those below must not have one (PCIe base 2.2.4.1).
inline constexpr std::uint64_t first_64_bit_address = 1ULL << 32U;
inline constexpr std::uint8_t all_byte_enables = 0xF;

/// Gives a memory request another address, with the header that this needs.
inline void set_address(TlpHeader& header, std::uint64_t address) noexcept {
    header.address = address;
    header.four_dw = address >= first_64_bit_address;
}

/// Type 0 is for a function on the bus that the request travels on, type 1 for one behind a bridge (PCIe
/// base 2.2.7, 7.3.3).
enum class ConfigType : std::uint8_t { type_0, type_1 };

/// A read of `bytes` bytes; 0 bytes is the zero-length read that flushes posted writes (PCIe base 2.2.5.1).
[[nodiscard]] TlpHeader memory_read(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes,
                                    Attributes attributes = {});
/// A write of `bytes` bytes. Its payload is the dwords that the range touches: payload_bytes(header), beginning at
/// header.address.
[[nodiscard]] TlpHeader memory_write(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes,
                                     Attributes attributes = {});

/// `offset` is rounded down to a dword; `byte_enables` select its bytes.
[[nodiscard]] TlpHeader config_read(ConfigType type, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                                    std::uint8_t byte_enables = all_byte_enables) noexcept;
[[nodiscard]] TlpHeader config_write(ConfigType type, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                                     std::uint8_t byte_enables = all_byte_enables) noexcept;
/// Byte enables of an access of 1, 2 or 4 bytes at `offset`, as far as it lies in the dword.
[[nodiscard]] constexpr std::uint8_t byte_enables_of(std::uint16_t offset, unsigned bytes) noexcept {
    return static_cast<std::uint8_t>(((1U << std::min(bytes, 4U)) - 1U) << (offset & 3U) & 0xFU);
}

/// A message without data. `routing` is r[2:0] (PCIe base table 2-20).
[[nodiscard]] TlpHeader message(Bdf requester, std::uint8_t code, std::uint8_t routing) noexcept;

/// The completion without data of a non-posted request: of a write, or of anything that failed.
[[nodiscard]] TlpHeader completion(const TlpHeader& request, Bdf completer,
                                   CompletionStatus status = CompletionStatus::successful) noexcept;
/// The only completion of a read or atomic request: all its data. Reads that may be longer than the maximum payload go
/// through CompletionSplitter.
[[nodiscard]] TlpHeader completion_with_data(const TlpHeader& request, Bdf completer) noexcept;

/// Byte enables as the completer applies them: a read with processing hints carries a steering tag in their place and
/// means all bytes (PCIe base 2.2.7.1.1).
[[nodiscard]] constexpr std::uint8_t effective_first_be(const TlpHeader& header) noexcept {
    return header.processing_hint && !has_data(header.kind) ? all_byte_enables : header.first_be;
}
[[nodiscard]] constexpr std::uint8_t effective_last_be(const TlpHeader& header) noexcept {
    return header.processing_hint && !has_data(header.kind) ? all_byte_enables : header.last_be;
}

/// Address of the first byte that the byte enables of a memory or I/O request select.
[[nodiscard]] constexpr std::uint64_t first_byte_address(const TlpHeader& header) noexcept {
    const unsigned first = effective_first_be(header);
    return header.address + (first == 0 ? 0U : static_cast<unsigned>(std::countr_zero(first)));
}

/// Bytes from the first to the last one that a request selects; 0 for a zero-length request. Atomics have no byte
/// enables: all their operands.
[[nodiscard]] constexpr unsigned byte_length(const TlpHeader& header) noexcept {
    if (is_atomic(header.kind)) {
        return header.length_dw * 4U;
    }
    const unsigned first = effective_first_be(header);
    if (header.length_dw <= 1) {
        return first == 0 ? 0U : static_cast<unsigned>(std::bit_width(first) - std::countr_zero(first));
    }
    const unsigned last = effective_last_be(header);
    const auto skipped = static_cast<unsigned>(std::countr_zero(first | 0x10U));
    return (header.length_dw - 1U) * 4U - skipped + static_cast<unsigned>(std::bit_width(last));
}

/// Byte offset in configuration space of the first byte that a configuration request selects.
[[nodiscard]] constexpr std::uint16_t register_offset(const TlpHeader& header) noexcept {
    const unsigned first = header.first_be;
    return static_cast<std::uint16_t>(header.config_register +
                                      (first == 0 ? 0U : static_cast<unsigned>(std::countr_zero(first))));
}

/// Byte Count of the first completion of `request` (PCIe base 2.2.9.1, table 2-40): 1 for a zero-length read, one
/// operand for an atomic, 4 for everything that is not a memory read.
[[nodiscard]] constexpr std::uint16_t completion_byte_count(const TlpHeader& request) noexcept {
    if (request.kind == TlpKind::memory_read || request.kind == TlpKind::memory_read_locked) {
        return static_cast<std::uint16_t>(std::max(byte_length(request), 1U));
    }
    if (is_atomic(request.kind)) {
        return static_cast<std::uint16_t>(request.length_dw * (request.kind == TlpKind::compare_and_swap ? 2U : 4U));
    }
    return 4;
}
/// Lower Address of the first completion of `request` (PCIe base 2.2.9.1, table 2-41): 0 for all but memory reads.
[[nodiscard]] constexpr std::uint8_t completion_lower_address(const TlpHeader& request) noexcept {
    const bool memory_read = request.kind == TlpKind::memory_read || request.kind == TlpKind::memory_read_locked;
    return memory_read ? static_cast<std::uint8_t>(first_byte_address(request) & 0x7FU) : std::uint8_t{0};
}

} // namespace rootpool::pcie
