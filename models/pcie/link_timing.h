#pragma once

#include "rootpool/pcie/link_clock.h"
#include "rootpool/pcie/ordering.h"

namespace rootpool::models {

/// What a link is made of. `latency` is first symbol out of one transaction layer to first symbol into the other: both
/// PHYs, both data link layers and the trace or cable between them.
struct LinkConfig {
    pcie::LinkParameters parameters;
    SimTime latency = 60ns;
    /// Maximum payload of the link's TLPs: selects the row of the Ack and UpdateFC limits (PCIe base tables 3-10 to
    /// 3-12).
    unsigned max_payload = 128;
    SimTime retrain = 2us;    ///< in Recovery, nothing is sent
    SimTime training = 100us; ///< after a hot reset: Detect to the first InitFC
    pcie::DllpAccounting dllp_accounting = pcie::DllpAccounting::exact;
    pcie::OrderingPolicy ordering = pcie::OrderingPolicy::table;
    bool look_ahead = true; ///< decides in advance what nothing can change: nothing but speed depends on it
};

/// The spans of docs/timing.md in ticks of one link.
struct LinkTiming {
    explicit LinkTiming(const LinkConfig& config);

    /// The first tick at or after `tick` of those at which DLLPs and SKP ordered sets end that start at a symbol time.
    [[nodiscard]] pcie::LinkTick step_start(pcie::LinkTick tick) const noexcept { return (tick + step - 1) & -step; }

    pcie::LinkClock clock;
    pcie::LinkTick flight;
    pcie::LinkTick dllp;
    pcie::LinkTick step; ///< see step_start(), a power of two
    pcie::LinkTick skip;
    pcie::LinkTick skip_interval;
    pcie::LinkTick ack_limit;
    pcie::LinkTick update_limit;
    pcie::LinkTick replay_limit;
    pcie::LinkTick retrain;
    pcie::LinkTick reset_entry; ///< from the command of a hot reset to the link that is down
    pcie::LinkTick training;
    pcie::LinkTick init_repeat; ///< between InitFC triples (PCIe base 3.4.1)
    unsigned bad_end_bytes;     ///< that a nullified TLP is longer by: EDB, where it does not take the place of END
    bool one_dllp_per_symbol;   ///< at most one SDP in a symbol time (PCIe base 4.2.1.2)
    /// With pcie-bench's accounting: of one Ack and one UpdateFC for each Ack limit, counted as on one lane.
    pcie::LinkTick accounted = 0;
    /// As long as no TLP is larger, in bytes on the wire, and no packet damaged, each Ack comes before a replay timer
    /// expires and before a retry buffer is full.
    unsigned largest_in_time = 0;

private:
    [[nodiscard]] unsigned find_largest_in_time() const noexcept;
};

} // namespace rootpool::models
