#pragma once

#include "tests/reference/switch_settings.h"
#include "tests/twin/link_case.h"

namespace rootpool::twin {

/// How a far end completes requests.
struct Completer {
    unsigned boundary = 64;     ///< completions end on a multiple of it
    unsigned max_payload = 128; ///< and carry at most that
    SimTime longest_delay = 1us;
};

/// A link of a switch with the traffic and the habits of what is at its far end: a root complex at end 0, or a device
/// at end 1.
struct PortCase {
    LinkCase link;
    Completer completer;
    /// Returns no credits from `stuck_from` until `stuck_until`; then all of them.
    SimTime stuck_from{};
    SimTime stuck_until{};
};

/// When the far end of a port releases a TLP that it received; see release_time() of a link.
[[nodiscard]] SimTime release_time(const PortCase& port, const pcie::Tlp& tlp, SimTime last_beat,
                                   const reference::LinkTicks& ticks);

/// What the twin's tables do not say, and who sets a model up needs.
struct DeviceSetup {
    unsigned total_vfs = 64;
    bool bars_are_64_bit = false;
};

/// What a case leads to.
enum class SwitchTheme : std::uint8_t {
    any,        ///< traffic as it comes, in some cases with faults
    contention, ///< all want the same
    many_reads, ///< more requests than there are tags
    writes,     ///< configuration writes behind posted requests that wait
    scarce,     ///< few credits
    refusals,   ///< much that is not allowed
    faults,     ///< links corrupt and lose packets
    link_down,  ///< links go down
    stuck,      ///< roots take nothing for a while
    bad_ends,   ///< much that is cut through turns out bad
    count,
};

/// Random switches with random tables, links and traffic, the same for a model and for the twin.
struct SwitchCase {
    SwitchTheme theme = SwitchTheme::any;
    reference::SwitchSettings settings;
    std::vector<DeviceSetup> setups;
    std::vector<PortCase> roots;
    std::vector<PortCase> devices;
    SimTime end{}; ///< run until then
};

/// At least, completions apart.
inline constexpr unsigned tlps_per_switch_case = 500;

/// The case of this seed. The pool of `factory` must outlive it.
[[nodiscard]] SwitchCase make_switch_case(std::uint32_t seed, pcie::TlpFactory& factory);

/// Arbiter, ports and the like, for messages.
[[nodiscard]] std::string describe(const SwitchCase& of);

} // namespace rootpool::twin
