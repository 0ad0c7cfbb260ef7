#include "rootpool/pooling/tagging.h"

#include <algorithm>

namespace rootpool::pooling {
namespace {

constexpr std::uint8_t reserved_bits = 0x8A; // 7, 3 and 1: T9, T8 and LN of later revisions

constexpr std::array<Tagging, 2> taggings = {{
    {"reserved_bits", 8, 0,
     [](const pcie::TlpHeader& header) { return header.tag.value() < 256 && !header.lightweight_notification; }},
    {"local_prefix", 256, 4, [](const pcie::TlpHeader&) { return true; }},
}};

constexpr std::uint8_t local_vendor_prefix = 0x8E; // Fmt 100, type 01110: Vend_Prefix_L0 (PCIe base table 2-40)

} // namespace

const Tagging* find_tagging(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(taggings, name, &Tagging::name);
    return found == taggings.end() ? nullptr : found;
}

std::vector<std::string_view> tagging_names() {
    std::vector<std::string_view> names;
    for (const Tagging& tagging : taggings) {
        names.push_back(tagging.name);
    }
    return names;
}

std::uint8_t put_root_in_reserved_bits(std::uint8_t header_byte_1, pcie::RootId root) noexcept {
    const unsigned number = root.value();
    return static_cast<std::uint8_t>((header_byte_1 & ~reserved_bits) | (number & 4U) << 5U | (number & 2U) << 2U |
                                     (number & 1U) << 1U);
}

pcie::RootId root_from_reserved_bits(std::uint8_t header_byte_1) noexcept {
    const unsigned byte = header_byte_1;
    return pcie::RootId(static_cast<std::uint8_t>((byte >> 5U & 4U) | (byte >> 2U & 2U) | (byte >> 1U & 1U)));
}

std::uint8_t clear_reserved_bits(std::uint8_t header_byte_1) noexcept {
    return static_cast<std::uint8_t>(header_byte_1 & ~reserved_bits);
}

std::array<std::uint8_t, 4> local_prefix(pcie::RootId root) noexcept {
    return {local_vendor_prefix, 0, 0, root.value()};
}

pcie::RootId root_from_local_prefix(const std::array<std::uint8_t, 4>& prefix) noexcept {
    return pcie::RootId(prefix[3]);
}

} // namespace rootpool::pooling
