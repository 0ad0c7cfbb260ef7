#pragma once

#include <cstdint>

#include "rootpool/pcie/types.h"

namespace rootpool::pcie {

/// Every transaction layer packet of PCIe base table 2-3 (non-flit mode).
enum class TlpKind : std::uint8_t {
    memory_read,
    memory_read_locked,
    memory_write,
    io_read,
    io_write,
    config_read_0,
    config_write_0,
    config_read_1,
    config_write_1,
    message,
    message_with_data,
    completion,
    completion_with_data,
    completion_locked,
    completion_locked_with_data,
    fetch_add,
    swap,
    compare_and_swap,
};
inline constexpr int tlp_kind_count = 18;

/// Completion status, PCIe base table 2-37. Reserved codes are handled as unsupported_request by the requester.
enum class CompletionStatus : std::uint8_t {
    successful = 0,
    unsupported_request = 1,
    request_retry = 2,
    completer_abort = 4,
};

/// Attr[2:0] of the first header dword.
struct Attributes {
    bool no_snoop = false;
    bool relaxed_ordering = false;
    bool id_based_ordering = false;
    friend bool operator==(const Attributes&, const Attributes&) = default;
};

/// A TLP header in host form. Fields that a kind does not have are zero. Which fields a kind has stands beside them.
struct TlpHeader {
    TlpKind kind = TlpKind::memory_read;
    bool four_dw = false; ///< header of 4 DW: memory address above 4 GB, and every message
    std::uint8_t traffic_class = 0;
    Attributes attributes;
    bool digest = false;                   ///< TD: an ECRC follows the data
    bool poisoned = false;                 ///< EP
    std::uint8_t address_type = 0;         ///< AT
    bool processing_hint = false;          ///< TH
    bool lightweight_notification = false; ///< LN, byte 1 bit 1
    std::uint16_t length_dw = 0; ///< 1..1024; 0 only for what has no data at all (completion without data, message)

    Bdf requester;             ///< all requests and completions
    Tag tag;                   ///< all requests and completions
    std::uint8_t first_be = 0; ///< requests
    std::uint8_t last_be = 0;  ///< requests

    std::uint64_t address = 0;         ///< memory, I/O, atomics: bits 1:0 are zero
    Bdf target;                        ///< configuration: bus, device, function; messages routed by ID
    std::uint16_t config_register = 0; ///< configuration: byte offset 0..0xFFC, a multiple of 4

    Bdf completer; ///< completions
    CompletionStatus status = CompletionStatus::successful;
    bool byte_count_modified = false;
    std::uint16_t byte_count = 0;   ///< completions: 1..4096 bytes that remain, this completion included
    std::uint8_t lower_address = 0; ///< completions: bits 6:0

    std::uint8_t message_code = 0;     ///< messages
    std::uint8_t message_routing = 0;  ///< messages: r[2:0]
    std::uint64_t message_payload = 0; ///< messages: header bytes 8..15 as they stand, big endian

    friend bool operator==(const TlpHeader&, const TlpHeader&) = default;
};

[[nodiscard]] constexpr bool is_completion(TlpKind kind) noexcept {
    return kind >= TlpKind::completion && kind <= TlpKind::completion_locked_with_data;
}
[[nodiscard]] constexpr bool is_configuration(TlpKind kind) noexcept {
    return kind >= TlpKind::config_read_0 && kind <= TlpKind::config_write_1;
}
[[nodiscard]] constexpr bool is_message(TlpKind kind) noexcept {
    return kind == TlpKind::message || kind == TlpKind::message_with_data;
}
[[nodiscard]] constexpr bool is_atomic(TlpKind kind) noexcept { return kind >= TlpKind::fetch_add; }
/// Routed by the address field: memory, I/O and atomic requests.
[[nodiscard]] constexpr bool is_address_routed(TlpKind kind) noexcept {
    return kind <= TlpKind::io_write || is_atomic(kind);
}
/// Carries a data payload.
[[nodiscard]] constexpr bool has_data(TlpKind kind) noexcept {
    constexpr auto bit = [](TlpKind of) { return 1U << static_cast<unsigned>(of); };
    constexpr unsigned without = bit(TlpKind::memory_read) | bit(TlpKind::memory_read_locked) | bit(TlpKind::io_read) |
                                 bit(TlpKind::config_read_0) | bit(TlpKind::config_read_1) | bit(TlpKind::message) |
                                 bit(TlpKind::completion) | bit(TlpKind::completion_locked);
    return (without & bit(kind)) == 0;
}
/// Flow-control class, PCIe base table 2-44: memory writes and messages are posted, completions their own class, the
/// rest waits for a completion.
[[nodiscard]] constexpr FlowClass flow_class(TlpKind kind) noexcept {
    if (kind == TlpKind::memory_write || is_message(kind)) {
        return FlowClass::posted;
    }
    return is_completion(kind) ? FlowClass::completion : FlowClass::non_posted;
}

/// Header bytes on the wire: 12 or 16.
[[nodiscard]] constexpr unsigned header_bytes(const TlpHeader& header) noexcept { return header.four_dw ? 16 : 12; }
/// Payload bytes on the wire, a multiple of 4.
[[nodiscard]] constexpr unsigned payload_bytes(const TlpHeader& header) noexcept {
    return has_data(header.kind) ? header.length_dw * 4U : 0U;
}

} // namespace rootpool::pcie
