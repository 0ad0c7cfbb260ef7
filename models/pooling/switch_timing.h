#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"
#include "rootpool/pooling/switch_stages.h"

namespace rootpool::models {

/// Clock, data path and pipeline of the switch.
struct SwitchTiming : pooling::SwitchStages {
    SimTime period = 4ns; ///< 250 MHz
    unsigned bytes_per_cycle = 16;

    SwitchTiming() = default;
    explicit constexpr SwitchTiming(const pooling::SwitchStages& stages) noexcept : SwitchStages(stages) {}

    [[nodiscard]] constexpr SimTime cycles(unsigned count) const noexcept { return period * count; }
    /// When what is decided at `edge` is behind `stages` registers, at least 1: the edge itself fills the first.
    [[nodiscard]] constexpr SimTime behind(SimTime edge, unsigned stages) const noexcept {
        return edge + cycles(stages - 1);
    }
    /// The same for what took effect at any time.
    [[nodiscard]] constexpr SimTime passed(SimTime time, unsigned stages) const noexcept {
        return behind(core::edge_after(time, period), stages);
    }
};

/// When a TLP has received its header and when it is whole; and what its transfer through the crossbar takes.
struct CutThroughTimes {
    SimTime header;
    SimTime last_beat;
    SimTime transfer;
};
/// When it is in the queue of the crossbar, `stages` registers behind its header: not before the crossbar can take it
/// without a gap (docs/timing.md 3.9).
[[nodiscard]] SimTime ready_cut_through(const SwitchTiming& timing, const CutThroughTimes& times, unsigned stages);

/// Whether a TLP of this kind is cut through if nothing refuses it: it has data to wait for, and nobody in the switch
/// has to see them (docs/timing.md 3.9).
[[nodiscard]] constexpr bool cuts_through(const pcie::TlpHeader& header) noexcept {
    return header.length_dw > 1 &&
           (header.kind == pcie::TlpKind::memory_write || header.kind == pcie::TlpKind::completion_with_data);
}

/// The same in a switch of this kind.
[[nodiscard]] constexpr bool cuts_through(pooling::Switching switching, const pcie::TlpHeader& header) noexcept {
    return switching == pooling::Switching::cut_through && cuts_through(header);
}

/// Time that TLPs spent in the stages of one port, summed: divided by the TLPs it gives the mean.
struct StageTimes {
    SimTime ingress{}; ///< last beat at the port to the crossbar queue, clock alignment included
    SimTime egress{};  ///< grant to first beat at the port: engine and clock crossing
};

} // namespace rootpool::models
