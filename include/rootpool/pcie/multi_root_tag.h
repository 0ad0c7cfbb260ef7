#pragma once

#include <cstdint>

#include "rootpool/core/error.h"
#include "rootpool/pcie/tlp_header.h"

/// Tagging strategy `reserved_bits`: inside a multi-root switch the root number travels in bits 7, 3 and 1 of header
/// byte 1, which a TLP without 10-bit tag and without LN leaves at zero (PCIe base 2.2.1).
namespace rootpool::pcie {

inline constexpr unsigned tagged_roots = 8;
inline constexpr std::uint8_t root_bits = 0x8A;

/// Whether the spare bits are spare in this TLP: refused with 10-bit tags and LN.
[[nodiscard]] constexpr bool has_spare_root_bits(const TlpHeader& header) noexcept {
    return header.tag.value() < 0x100U && !header.lightweight_notification;
}

/// Header byte 1 with the root number in it. What stood in those bits is overwritten, never ORed: it came from outside.
/// Throws core::ModelViolation for a root number above 7; platforms with more roots are refused before they are built.
[[nodiscard]] constexpr std::uint8_t pack_root(std::uint8_t byte1, RootId root) {
    const unsigned number = root.value();
    if (number >= tagged_roots) {
        throw core::ModelViolation("root number does not fit into the reserved header bits");
    }
    const unsigned bits = (number & 4U) << 5U | (number & 2U) << 2U | (number & 1U) << 1U;
    return static_cast<std::uint8_t>((byte1 & ~root_bits) | bits);
}

[[nodiscard]] constexpr RootId unpack_root(std::uint8_t byte1) noexcept {
    return RootId(static_cast<std::uint8_t>((byte1 >> 5U & 4U) | (byte1 >> 2U & 2U) | (byte1 >> 1U & 1U)));
}

/// Header byte 1 as it leaves the switch.
[[nodiscard]] constexpr std::uint8_t strip_root(std::uint8_t byte1) noexcept {
    return static_cast<std::uint8_t>(byte1 & ~root_bits);
}

} // namespace rootpool::pcie
