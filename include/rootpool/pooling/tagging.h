#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pooling {

/// How a TLP carries its RootId between the ports of the switch.
struct Tagging {
    std::string_view name;
    unsigned max_roots;
    unsigned extra_bytes; ///< on every internal hop
    /// Whether a header with these fields in use can carry the root.
    bool (*carries)(const pcie::TlpHeader& header);
};

/// "reserved_bits" (the paper: bits 7, 3 and 1 of header byte 1, 8 roots; pcie/multi_root_tag.h) and "local_prefix"
/// (one more dword, 256 roots).
[[nodiscard]] const Tagging* find_tagging(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> tagging_names();

/// The local TLP prefix dword of "local_prefix": Fmt 100, type Local vendor-defined 1110b (PCIe base 2.2.10.2), root in
/// byte 3.
[[nodiscard]] std::array<std::uint8_t, 4> local_prefix(pcie::RootId root) noexcept;
[[nodiscard]] pcie::RootId root_from_local_prefix(const std::array<std::uint8_t, 4>& prefix) noexcept;

} // namespace rootpool::pooling
