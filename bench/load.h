#pragma once

#include <CLI/CLI.hpp>

#include "rootpool/core/time.h"
#include "rootpool/pcie/link_arithmetic.h"
#include "rootpool/pcie/link_clock.h"

namespace rootpool::bench {

/// Writes of several roots to their VFs of one device, for fabric_load and twin_load alike.
struct Load {
    unsigned roots = 4;         ///< that write; one more owns the device
    unsigned payload = 256;     ///< bytes of a write
    double percent = 100;       ///< of the device's link, all roots together
    unsigned microseconds = 50; ///< of traffic

    void add_options(CLI::App& app, unsigned most_roots) {
        app.add_option("--roots", roots)->check(CLI::Range(1U, most_roots));
        app.add_option("--payload", payload)->check(CLI::Range(4, 512));
        app.add_option("--load", percent, "percent of the device's link")->check(CLI::Range(0.1, 100.0));
        app.add_option("--microseconds", microseconds)->check(CLI::Range(1, 1'000'000));
    }
    /// Between two writes of a root.
    [[nodiscard]] SimTime interval(const pcie::TlpHeader& write) const {
        const SimTime wire = pcie::wire_time(pcie::LinkParameters{}, pcie::wire_bytes(write));
        return SimTime{static_cast<std::int64_t>(static_cast<double>(wire.count()) * roots * 100 / percent)};
    }
    /// The roots do not begin together.
    [[nodiscard]] static constexpr SimTime start(std::size_t root) noexcept { return root * 7ns; }
};

} // namespace rootpool::bench
