#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/settings.h"

/// Random links with random traffic, credits and faults, the same for a model and for the twin.
namespace rootpool::twin {

/// A TLP that is handed to a link.
struct Submission {
    SimTime call{};  ///< when it is handed over
    SimTime ready{}; ///< when it may start at the earliest; at or after the call
    pcie::TlpPtr tlp;
};

/// One direction: from end n of the link.
struct Direction {
    std::vector<Submission> submissions;  ///< in order of their calls
    std::vector<std::uint8_t> tlp_fates;  ///< 0 intact, 1 corrupted, 2 dropped; beyond the end: intact
    std::vector<std::uint8_t> dllp_fates; ///< the same
};

struct LinkCase {
    reference::LinkSettings settings;
    std::array<Direction, 2> directions;
    SimTime end{}; ///< run until then
};

inline constexpr unsigned tlps_per_case = 520;

/// How long a received TLP stays in its buffer: the same for everybody who asks.
[[nodiscard]] SimTime hold_time(const pcie::Tlp& tlp);

/// The case of this seed. The pool of `factory` must outlive it.
[[nodiscard]] LinkCase make_link_case(std::uint32_t seed, pcie::TlpFactory& factory);

/// Generation, width and the like, for messages.
[[nodiscard]] std::string describe(const LinkCase& link);

} // namespace rootpool::twin
