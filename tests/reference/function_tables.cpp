#include "tests/reference/function_tables.h"

namespace rootpool::reference {

std::optional<unsigned> FunctionTables::vf_of(pcie::RootId root, pcie::Bdf function) const {
    for (unsigned vf = 0; vf < tables_.vfs.size(); ++vf) {
        const LentFunction* const one = lent(vf);
        if (one != nullptr && one->root == root && one->function == function) {
            return vf;
        }
    }
    return std::nullopt;
}

std::optional<BarHit> FunctionTables::find(pcie::RootId root, std::uint64_t address) const {
    for (std::size_t bar = 0; bar < bars_of_function; ++bar) {
        for (unsigned vf = 0; vf < tables_.vfs.size(); ++vf) {
            const LentFunction* const one = lent(vf);
            const bool is_root = one != nullptr && (one->root == root || mutation_ == Mutation::bar_of_any_root);
            if (is_root && address >= one->bases[bar] && address - one->bases[bar] < tables_.bar_bytes[bar]) {
                return BarHit{vf, bar, address - one->bases[bar]};
            }
        }
    }
    return std::nullopt;
}

std::uint64_t FunctionTables::compose(const BarHit& hit) const {
    constexpr std::uint64_t page = 4096;
    return tables_.bar_bases[hit.bar] + hit.vf * tables_.bar_bytes[hit.bar] + hit.offset +
           (mutation_ == Mutation::bar_base_one_page_off ? page : 0);
}

pcie::Bdf FunctionTables::routing_id(unsigned vf) const {
    const unsigned stride = tables_.vf_stride + (mutation_ == Mutation::vf_stride_plus_one ? 1U : 0U);
    return pcie::Bdf(
        static_cast<std::uint16_t>(tables_.physical_function.routing_id() + tables_.first_vf_offset + vf * stride));
}

std::optional<unsigned> FunctionTables::vf_of(pcie::Bdf id) const {
    for (unsigned vf = 0; vf < tables_.vfs.size(); ++vf) {
        if (routing_id(vf) == id) {
            return vf;
        }
    }
    return std::nullopt;
}

std::optional<unsigned> FunctionTables::vf_at(std::uint64_t address) const {
    for (std::size_t bar = 0; bar < bars_of_function; ++bar) {
        for (unsigned vf = 0; vf < tables_.vfs.size(); ++vf) {
            const std::uint64_t base = tables_.bar_bases[bar] + vf * tables_.bar_bytes[bar];
            if (address >= base && address - base < tables_.bar_bytes[bar]) {
                return vf;
            }
        }
    }
    return std::nullopt;
}

} // namespace rootpool::reference
