#pragma once

#include <memory>

#include "rootpool/pooling/interrupt_route.h"

namespace rootpool::pooling {

[[nodiscard]] std::unique_ptr<InterruptRoute> make_direct_interrupts(const DeviceProfile& profile);
[[nodiscard]] std::unique_ptr<InterruptRoute> make_translated_interrupts(const DeviceProfile& profile);

} // namespace rootpool::pooling
