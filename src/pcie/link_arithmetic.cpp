#include "rootpool/pcie/link_arithmetic.h"

#include <algorithm>
#include <array>
#include <bit>

namespace rootpool::pcie {

namespace {

constexpr std::size_t rows = 6;    // 128, 256, ... 4096 bytes
constexpr std::size_t columns = 5; // x1, x2, x4, x8, x16

/// PCIe base table 3-10. Tables 3-11 and 3-12 are this one and a longer internal delay.
constexpr std::array<std::array<std::uint16_t, columns>, rows> ack_limit_gen1{{
    {237, 128, 73, 67, 48},
    {416, 217, 118, 107, 72},
    {559, 289, 154, 86, 86},
    {1071, 545, 282, 150, 150},
    {2095, 1057, 538, 278, 278},
    {4143, 2081, 1050, 534, 534},
}};

constexpr unsigned additional_delay(Generation generation) noexcept {
    switch (generation) {
    case Generation::gen1:
        return 0;
    case Generation::gen2:
        return 51;
    default: // table 3-12 is for 8 GT/s and above
        return 96;
    }
}

/// How many doublings of `first` reach `value`; the last of `steps` at most.
std::size_t step_of(unsigned value, unsigned first, std::size_t steps) noexcept {
    const auto step = static_cast<std::size_t>(std::bit_width((std::max(value, first) - 1) / first));
    return std::min(step, steps - 1);
}

} // namespace

unsigned ack_latency_symbols(const LinkParameters& link, unsigned max_payload) noexcept {
    return ack_limit_gen1[step_of(max_payload, 128, rows)][step_of(link.width, 1, columns)] +
           additional_delay(link.generation);
}

} // namespace rootpool::pcie
