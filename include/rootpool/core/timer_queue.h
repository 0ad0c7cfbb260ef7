#pragma once

#include <cstdint>

namespace rootpool::core {

/// Where the timers of a simulation wait. What happens in it does not depend on this.
enum class TimerQueue : std::uint8_t {
    wheel,  ///< a timing wheel and a heap, in front of the kernel's event queue
    kernel, ///< the event queue of the SystemC kernel
};

} // namespace rootpool::core
