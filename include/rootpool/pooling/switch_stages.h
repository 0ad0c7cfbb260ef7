#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rootpool::pooling {

/// What a switch does with TLPs that pass through it.
enum class Switching : std::uint8_t { store_and_forward, cut_through };

/// Pipeline lengths of the switch. One figure per stage, in cycles of the fabric clock; every path of one direction has
/// the same length, so that TLPs of one root never overtake each other.
///
/// Sourced (the paper): a look-up in a table takes 1 cycle. All others are assumptions of this project.
struct SwitchStages {
    unsigned receive_crossing = 0;  ///< synchroniser from the link's clock
    unsigned ingress = 1;           ///< port to crossbar queue: header decode, window routing; at least 1
    unsigned arbitration = 1;       ///< grant to the first beat behind the crossbar
    unsigned id_lookup = 1;         ///< ID CAM or ID RAM
    unsigned address_lookup = 2;    ///< six CAMs, then the RAM
    unsigned interrupt_lookup = 1;  ///< table of translated interrupts, beside the ID RAM
    unsigned compose = 1;           ///< ID or address composer; exchange of a message's address and data
    unsigned egress = 1;            ///< crossbar or engine to the port
    unsigned transmit_crossing = 0; ///< synchroniser to the link's clock, in symbol times of the link
    unsigned local = 1;             ///< execution by one of the switch's own functions or by the shadow, at least 1

    /// Engine latency toward the device: the longer of both paths; the other one is padded.
    [[nodiscard]] constexpr unsigned toward_device() const noexcept {
        return (address_lookup > id_lookup ? address_lookup : id_lookup) + compose;
    }
    [[nodiscard]] constexpr unsigned toward_root() const noexcept {
        return (interrupt_lookup > id_lookup ? interrupt_lookup : id_lookup) + compose;
    }
    /// Port to the queue of the crossbar, in front of the engine's stages.
    [[nodiscard]] constexpr unsigned inward() const noexcept { return receive_crossing + ingress; }

    friend bool operator==(const SwitchStages&, const SwitchStages&) = default;
};

/// Names: "fpga-prototype" (Virtex-6 hard blocks with deep clock crossings) and "asic".
[[nodiscard]] std::vector<std::string_view> switch_profile_names();
/// Throws std::invalid_argument for an unknown name.
[[nodiscard]] SwitchStages switch_profile(std::string_view name);

} // namespace rootpool::pooling
