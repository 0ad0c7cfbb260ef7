#include "rootpool/pooling/tagging.h"

#include <algorithm>

#include "rootpool/pcie/multi_root_tag.h"

namespace rootpool::pooling {
namespace {

constexpr std::array<Tagging, 2> taggings = {{
    {"reserved_bits", pcie::tagged_roots, 0,
     [](const pcie::TlpHeader& header) { return pcie::has_spare_root_bits(header); }},
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
    names.reserve(taggings.size());
    for (const Tagging& tagging : taggings) {
        names.push_back(tagging.name);
    }
    return names;
}

std::array<std::uint8_t, 4> local_prefix(pcie::RootId root) noexcept {
    return {local_vendor_prefix, 0, 0, root.value()};
}

pcie::RootId root_from_local_prefix(const std::array<std::uint8_t, 4>& prefix) noexcept {
    return pcie::RootId(prefix[3]);
}

} // namespace rootpool::pooling
