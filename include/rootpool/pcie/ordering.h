#pragma once

#include <cstddef>

#include "rootpool/pcie/tlp.h"

namespace rootpool::pcie {

/// Whether `later` may pass `earlier` in a queue (PCIe base 2.4.1, table 2-42; its "Y/N" is yes here). The table holds
/// inside one root: TLPs of different roots may pass each other.
[[nodiscard]] bool may_pass(const Tlp& later, const Tlp& earlier) noexcept;

/// What a transmit queue looks at.
enum class OrderingPolicy : std::uint8_t {
    table, ///< the oldest TLP that may go and may pass all that wait before it
    fifo,  ///< the oldest TLP alone: what happens without queues for each class
};

/// Index of the first entry of a queue that the entry at `index` must not pass; `index` if it may pass all before it.
/// Entries have a member `tlp`.
template <typename Queue>
[[nodiscard]] std::size_t first_blocker(const Queue& queue, std::size_t index, OrderingPolicy policy) noexcept {
    if (policy == OrderingPolicy::fifo) {
        return 0;
    }
    for (std::size_t before = 0; before < index; ++before) {
        if (!may_pass(*queue[index].tlp, *queue[before].tlp)) {
            return before;
        }
    }
    return index;
}

} // namespace rootpool::pcie
