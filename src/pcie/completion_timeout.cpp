#include "rootpool/pcie/completion_timeout.h"

namespace rootpool::pcie {

SimTime completion_timeout(std::uint16_t device_control_2, SimTime usual) noexcept {
    constexpr unsigned value = 0xF;
    constexpr unsigned disable = 1U << 4U;
    if ((device_control_2 & disable) != 0) {
        return core::never;
    }
    switch (device_control_2 & value) {
    case 0x1:
        return 100us;
    case 0x2:
        return 10ms;
    case 0x5:
        return 55ms;
    case 0x6:
        return 210ms;
    case 0x9:
        return 900ms;
    case 0xA:
        return 3500ms;
    case 0xD:
        return 13s;
    case 0xE:
        return 64s;
    default:
        return usual;
    }
}

} // namespace rootpool::pcie
