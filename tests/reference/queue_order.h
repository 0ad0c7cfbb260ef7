#pragma once

#include <cstddef>

#include "tests/reference/coverage.h"

/// The ordering table in a queue whose entries have members `tlp` and `waited`, the oldest first, and what it does
/// counted.
namespace rootpool::reference {

[[nodiscard]] inline std::uint64_t& cell(OrderingCounts& counts, const pcie::Tlp& later, const pcie::Tlp& earlier) {
    return counts[static_cast<std::size_t>(ordering_kind(later.header.kind))]
                 [static_cast<std::size_t>(ordering_kind(earlier.header.kind))];
}

/// Whether the entry at `position` may pass all before it.
template <typename Queue>
[[nodiscard]] bool may_pass_all_before(Queue& waiting, std::size_t position, Mutation mutation,
                                       OrderingCounts& forbidden) {
    auto& later = waiting[position];
    for (std::size_t before = 0; before < position; ++before) {
        const pcie::Tlp& earlier = *waiting[before].tlp;
        if (!may_pass(*later.tlp, earlier, mutation)) {
            const bool is_new = later.waited.add_ordering(ordering_kind(earlier.header.kind));
            cell(forbidden, *later.tlp, earlier) += is_new ? 1 : 0;
            return false;
        }
    }
    return true;
}

/// The entry at `position` goes.
template <typename Queue>
void count_passed(const Queue& waiting, std::size_t position, OrderingCounts& passed) {
    for (std::size_t before = 0; before < position; ++before) {
        ++cell(passed, *waiting[position].tlp, *waiting[before].tlp);
    }
}

} // namespace rootpool::reference
