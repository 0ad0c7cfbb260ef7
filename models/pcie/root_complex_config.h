#pragma once

#include <vector>

#include "models/pcie/link.h"
#include "rootpool/pcie/credits.h"

namespace rootpool::models {

/// The processor side of a root complex and its one root port. Latencies are assumptions unless docs/timing.md cites a
/// source.
struct RootComplexConfig {
    LinkConfig link;                         ///< what Link Capabilities of the root port say
    unsigned max_payload = 128;              ///< largest payload that the root port supports, bytes
    unsigned read_completion_boundary = 64;  ///< 64 or 128 bytes
    SimTime read_latency = 400ns;            ///< last symbol of a read request to its data at the root port
    SimTime write_latency = 100ns;           ///< last symbol of a write to its visibility to the processor
    SimTime processor_latency = 60ns;        ///< between a core and the root port, each way
    SimTime completion_timeout = 50ms;       ///< of configuration and memory requests of the processor
    pcie::Credits receive_credits;           ///< completions are infinite (PCIe base table 2-50)
    std::vector<TimeSpan> hold_credits = {}; ///< a fault: in these times it returns none

    [[nodiscard]] static pcie::Credits default_credits() noexcept;
};

} // namespace rootpool::models
