#pragma once

#include <cstdint>

#include "rootpool/core/time.h"

namespace rootpool::pcie {

/// How long a requester that supports all ranges waits for a completion, by its Device Control 2 register (PCIe
/// base 7.5.3.16): the end of the range that is chosen, core::never with Completion Timeout Disable. `usual` is the
/// time of the default range and of reserved values.
[[nodiscard]] SimTime completion_timeout(std::uint16_t device_control_2, SimTime usual) noexcept;

} // namespace rootpool::pcie
