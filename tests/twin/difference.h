#pragma once

#include <optional>

#include "tests/reference/ticks.h"
#include "tests/twin/trace.h"

namespace rootpool::twin {

/// Where a model and its twin part.
struct Difference {
    SimTime at{};             ///< the earlier of the two events that differ; core::never for a returned TLP
    reference::Tick tick = 0; ///< of the link, at or before `at`
    unsigned from_end = 0;    ///< whose packets
    std::string model;        ///< what it does; that may be later than `at`
    std::string twin;
    std::string before; ///< events that both have, one to a line
};

/// The earliest difference of all events of both directions.
[[nodiscard]] std::optional<Difference> first_difference(const Traces& model, const Traces& twin,
                                                         const reference::LinkTicks& ticks);

/// For messages: time, link tick, direction, what both do and what went before.
[[nodiscard]] std::string text(const Difference& difference);

} // namespace rootpool::twin
