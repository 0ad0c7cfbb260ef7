#pragma once

#include <bit>
#include <cstdint>

#include "rootpool/pcie/tlp_header.h"

/// Headers of requests and completions as PCIe base 2.2 wants them: byte enables, lengths, header size.
namespace rootpool::pcie {

/// Addresses from here on need the 4 DW form; below, it is forbidden (PCIe base 2.2.4.1).
inline constexpr std::uint64_t four_dw_from = 1ULL << 32U;

namespace detail {
[[nodiscard]] constexpr TlpHeader memory_request(TlpKind kind, Bdf requester, Tag tag, std::uint64_t address,
                                                 std::uint32_t bytes) noexcept {
    const unsigned before = address & 3U;
    const auto dwords = (before + bytes + 3) / 4;
    const unsigned after = dwords * 4 - before - bytes;
    const unsigned first = 0xFU << before & 0xFU;
    const unsigned last = 0xFU >> after;
    TlpHeader header;
    header.kind = kind;
    header.four_dw = address >= four_dw_from;
    header.requester = requester;
    header.tag = tag;
    header.address = address & ~3ULL;
    header.length_dw = static_cast<std::uint16_t>(dwords);
    header.first_be = static_cast<std::uint8_t>(dwords == 1 ? first & last : first);
    header.last_be = static_cast<std::uint8_t>(dwords == 1 ? 0 : last);
    return header;
}
[[nodiscard]] constexpr TlpHeader config_request(TlpKind kind, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                                                 std::uint8_t byte_enables) noexcept {
    TlpHeader header;
    header.kind = kind;
    header.requester = requester;
    header.tag = tag;
    header.target = target;
    header.config_register = offset & 0xFFCU;
    header.length_dw = 1;
    header.first_be = byte_enables & 0xFU;
    return header;
}
} // namespace detail

/// A read of 1..4096 bytes that does not cross a 4 KB boundary (the caller splits).
[[nodiscard]] constexpr TlpHeader memory_read(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes) noexcept {
    return detail::memory_request(TlpKind::memory_read, requester, tag, address, bytes);
}
/// A write of 1..4096 bytes that does not cross a 4 KB boundary. The payload starts at the dword of the first byte.
[[nodiscard]] constexpr TlpHeader memory_write(Bdf requester, Tag tag, std::uint64_t address, std::uint32_t bytes) noexcept {
    return detail::memory_request(TlpKind::memory_write, requester, tag, address, bytes);
}
/// A one-dword configuration request at `offset` (its low two bits are ignored), type 0 or type 1.
[[nodiscard]] constexpr TlpHeader config_read(bool type_0, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                                              std::uint8_t byte_enables) noexcept {
    return detail::config_request(type_0 ? TlpKind::config_read_0 : TlpKind::config_read_1, requester, tag, target, offset,
                                  byte_enables);
}
[[nodiscard]] constexpr TlpHeader config_write(bool type_0, Bdf requester, Tag tag, Bdf target, std::uint16_t offset,
                                               std::uint8_t byte_enables) noexcept {
    return detail::config_request(type_0 ? TlpKind::config_write_0 : TlpKind::config_write_1, requester, tag, target,
                                  offset, byte_enables);
}

/// Address of the first enabled byte of a memory request (PCIe base 2.2.5); of a zero-length read, its dword.
[[nodiscard]] constexpr std::uint64_t first_byte_address(const TlpHeader& request) noexcept {
    return request.address + (request.first_be == 0 ? 0 : static_cast<unsigned>(std::countr_zero(request.first_be)));
}
/// Bytes from the first enabled one to the last enabled one. A zero-length read counts as 1, as its completion says (PCIe base table 2-38).
[[nodiscard]] constexpr std::uint32_t byte_length(const TlpHeader& request) noexcept {
    if (request.first_be == 0) {
        return 1;
    }
    const unsigned skipped = static_cast<unsigned>(std::countr_zero(request.first_be));
    const std::uint8_t last = request.length_dw == 1 ? request.first_be : request.last_be;
    const unsigned unused = static_cast<unsigned>(std::countl_zero(static_cast<std::uint8_t>(last << 4U)));
    return request.length_dw * 4U - skipped - unused;
}

/// A completion without data: the end of a request that failed, or of a non-posted write.
[[nodiscard]] constexpr TlpHeader completion(const TlpHeader& request, Bdf completer, CompletionStatus status) noexcept {
    TlpHeader header;
    header.kind = request.kind == TlpKind::memory_read_locked ? TlpKind::completion_locked : TlpKind::completion;
    header.traffic_class = request.traffic_class;
    header.attributes = request.attributes;
    header.requester = request.requester;
    header.tag = request.tag;
    header.completer = completer;
    header.status = status;
    const bool memory = request.kind == TlpKind::memory_read || request.kind == TlpKind::memory_read_locked;
    header.byte_count = static_cast<std::uint16_t>(memory ? byte_length(request) : 4);
    header.lower_address = static_cast<std::uint8_t>(memory ? first_byte_address(request) & 0x7FU : 0);
    return header;
}

/// A completion with data. `remaining`: bytes of the request that are still to come, this completion included;
/// `lower_address`: bits 6:0 of the first byte in it; `length_dw`: its payload.
[[nodiscard]] constexpr TlpHeader completion_with_data(const TlpHeader& request, Bdf completer, std::uint16_t length_dw,
                                                       std::uint16_t remaining, std::uint8_t lower_address) noexcept {
    TlpHeader header = completion(request, completer, CompletionStatus::successful);
    header.kind = request.kind == TlpKind::memory_read_locked ? TlpKind::completion_locked_with_data
                                                              : TlpKind::completion_with_data;
    header.length_dw = length_dw;
    header.byte_count = remaining;
    header.lower_address = lower_address & 0x7FU;
    return header;
}
/// The one-dword completion of a configuration or I/O read.
[[nodiscard]] constexpr TlpHeader register_completion(const TlpHeader& request, Bdf completer) noexcept {
    return completion_with_data(request, completer, 1, 4, 0);
}

} // namespace rootpool::pcie
