#include "tests/reference/ticks.h"

#include <stdexcept>

namespace rootpool::reference {

namespace {

/// Sixteenths of a femtosecond in a symbol time.
std::uint64_t symbol_sixteenths(unsigned generation) {
    switch (generation) {
    case 1:
        return 16ULL * 4'000'000;
    case 2:
        return 16ULL * 2'000'000;
    case 3:
        return 16ULL * 1'015'625;
    case 4:
        return 8ULL * 1'015'625;
    case 5:
        return 4ULL * 1'015'625;
    default:
        throw std::invalid_argument("a link is of generation 1 to 5");
    }
}

unsigned symbol_shift(unsigned width) {
    switch (width) {
    case 1:
    case 2:
    case 4:
        return 0;
    case 8:
        return 1;
    case 16:
        return 2;
    default:
        throw std::invalid_argument("a link is 1, 2, 4, 8 or 16 lanes wide");
    }
}

} // namespace

LinkTicks::LinkTicks(unsigned generation, unsigned width, DllpLength dllp_length)
    : generation_(generation), width_(width), symbol_shift_(symbol_shift(width)),
      four_bytes_(width < 4 ? 4 / width : 1), period_sixteenths_(symbol_sixteenths(generation) >> symbol_shift_),
      dllp_length_(dllp_length == DllpLength::exact ? dllp_bytes / 4 * four_bytes_ : symbols(8)) {}

} // namespace rootpool::reference
