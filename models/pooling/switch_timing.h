#pragma once

#include <string_view>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::models {

/// Clock and pipeline lengths of the switch. One figure per stage, in cycles of the fabric clock; every path of one
/// direction has the same length, so that TLPs of one root never overtake each other.
///
/// Sourced (the paper): a look-up in a table takes 1 cycle. All others are assumptions of this project.
struct SwitchTiming {
    SimTime period = 4ns; ///< 250 MHz
    unsigned bytes_per_cycle = 16;
    unsigned ingress = 1;        ///< port to crossbar queue: clock crossing, header decode, window routing; at least 1
    unsigned arbitration = 1;    ///< grant to the first beat behind the crossbar
    unsigned id_lookup = 1;      ///< ID CAM or ID RAM
    unsigned address_lookup = 2; ///< six CAMs, then the RAM
    unsigned interrupt_lookup = 1; ///< table of translated interrupts, beside the ID RAM
    unsigned compose = 1;          ///< ID or address composer; exchange of a message's address and data
    unsigned egress = 1;           ///< crossbar or engine to the port: clock crossing
    unsigned local = 1;            ///< execution by one of the switch's own functions or by the shadow

    /// Engine latency toward the device: the longer of both paths; the other one is padded.
    [[nodiscard]] constexpr unsigned toward_device() const noexcept {
        return (address_lookup > id_lookup ? address_lookup : id_lookup) + compose;
    }
    [[nodiscard]] constexpr unsigned toward_root() const noexcept {
        return (interrupt_lookup > id_lookup ? interrupt_lookup : id_lookup) + compose;
    }
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

/// Time that TLPs spent in the stages of one port, summed: divided by the TLPs it gives the mean.
struct StageTimes {
    SimTime ingress{}; ///< last beat at the port to the crossbar queue, clock alignment included
    SimTime egress{};  ///< grant to first beat at the port: engine and clock crossing
};

/// Names: "fpga-prototype" (Virtex-6 hard blocks store and forward with deep clock crossings) and "asic".
[[nodiscard]] std::vector<std::string_view> switch_profile_names();
/// Throws std::invalid_argument for an unknown name.
[[nodiscard]] SwitchTiming switch_profile(std::string_view name);

} // namespace rootpool::models
