#include "rootpool/pcie/types.h"

namespace rootpool::pcie {

std::string to_string(Bdf bdf) {
    static constexpr char digits[] = "0123456789abcdef";
    const unsigned bus = bdf.bus();
    const unsigned device = bdf.device();
    return {digits[bus >> 4U],     digits[bus & 0xFU], ':', digits[device >> 4U], digits[device & 0xFU], '.',
            digits[bdf.function()]};
}

} // namespace rootpool::pcie
