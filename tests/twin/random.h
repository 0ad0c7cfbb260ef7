#pragma once

#include <cstdint>
#include <random>

#include "rootpool/core/time.h"

namespace rootpool::twin {

/// Random numbers that are the same everywhere: the distributions of the library differ between implementations.
class Random {
public:
    explicit Random(std::uint32_t seed) : engine_(seed) {}

    [[nodiscard]] unsigned below(unsigned count) { return static_cast<unsigned>(engine_() % count); }
    [[nodiscard]] bool one_in(unsigned count) { return below(count) == 0; }
    [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(engine_()); }
    [[nodiscard]] SimTime up_to(SimTime longest) {
        return SimTime{static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(longest.count() + 1))};
    }

private:
    std::mt19937 engine_;
};

} // namespace rootpool::twin
