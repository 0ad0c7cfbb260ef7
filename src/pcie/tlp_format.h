#pragma once

#include <array>
#include <cstdint>

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// Which header sizes a kind may have.
enum class HeaderSize : std::uint8_t { three_dw, four_dw, by_address };

/// Fmt and Type of one kind (PCIe base table 2-3). The name is the one that JSON uses.
struct TlpFormat {
    const char* name;
    std::uint8_t type; ///< Type[4:0]; of messages without r[2:0]
    HeaderSize size;
};

/// By TlpKind.
inline constexpr std::array<TlpFormat, tlp_kind_count> tlp_formats{{
    {"memory_read", 0x00, HeaderSize::by_address},
    {"memory_read_locked", 0x01, HeaderSize::by_address},
    {"memory_write", 0x00, HeaderSize::by_address},
    {"io_read", 0x02, HeaderSize::three_dw},
    {"io_write", 0x02, HeaderSize::three_dw},
    {"config_read_0", 0x04, HeaderSize::three_dw},
    {"config_write_0", 0x04, HeaderSize::three_dw},
    {"config_read_1", 0x05, HeaderSize::three_dw},
    {"config_write_1", 0x05, HeaderSize::three_dw},
    {"message", 0x10, HeaderSize::four_dw},
    {"message_with_data", 0x10, HeaderSize::four_dw},
    {"completion", 0x0A, HeaderSize::three_dw},
    {"completion_with_data", 0x0A, HeaderSize::three_dw},
    {"completion_locked", 0x0B, HeaderSize::three_dw},
    {"completion_locked_with_data", 0x0B, HeaderSize::three_dw},
    {"fetch_add", 0x0C, HeaderSize::by_address},
    {"swap", 0x0D, HeaderSize::by_address},
    {"compare_and_swap", 0x0E, HeaderSize::by_address},
}};

[[nodiscard]] constexpr const TlpFormat& format_of(TlpKind kind) noexcept {
    return tlp_formats[static_cast<std::size_t>(kind)];
}

/// Fmt[2:0]: bit 0 = 4 DW, bit 1 = with data.
[[nodiscard]] constexpr std::uint8_t fmt_of(const TlpHeader& header) noexcept {
    return static_cast<std::uint8_t>((has_data(header.kind) ? 2U : 0U) | (header.four_dw ? 1U : 0U));
}
/// Type[4:0].
[[nodiscard]] constexpr std::uint8_t type_of(const TlpHeader& header) noexcept {
    return static_cast<std::uint8_t>(format_of(header.kind).type |
                                     (is_message(header.kind) ? header.message_routing & 7U : 0U));
}

} // namespace rootpool::pcie
