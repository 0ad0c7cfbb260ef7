#pragma once

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

} // namespace rootpool::pcie
