#include "rootpool/host/ixgbe_registers.h"

namespace rootpool::host {

bool IxgbeRegisters::poll(Sleeper& sleeper, std::uint32_t offset, std::uint32_t mask, std::uint32_t expected,
                          unsigned tries, SimTime pause) {
    for (unsigned i = 0; i < tries; ++i) {
        if ((read(offset) & mask) == expected) {
            return true;
        }
        sleeper.sleep(pause);
    }
    return false;
}

} // namespace rootpool::host
