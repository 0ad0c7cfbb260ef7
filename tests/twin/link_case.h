#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/packet.h"
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
    std::vector<Submission> submissions; ///< in order of their calls
    std::vector<reference::Fate> tlp_fates;
    std::vector<reference::Fate> dllp_fates; ///< of all beyond the end: intact
};

/// What a case leads to. The seed says which it is, so that any few seeds in a row lead to everything.
enum class Theme : std::uint8_t {
    any,               ///< traffic as it comes, in half of the cases with faults
    link_down,         ///< the link goes down again and again
    retraining,        ///< TLPs are lost several times in a row
    lost_init,         ///< InitFCs are lost
    full_retry_buffer, ///< Acks are lost while more TLPs are there than may be unacknowledged
    ack_meets_timer,   ///< an Ack is received at the tick at which the replay timer expires
    late_acks,         ///< Acks come when the replay timer has expired, though nothing is lost
    count,
};

struct LinkCase {
    Theme theme = Theme::any;
    reference::LinkSettings settings;
    std::array<Direction, 2> directions;
    SimTime end{}; ///< run until then
};

/// At least.
inline constexpr unsigned tlps_per_case = 520;

[[nodiscard]] reference::LinkTicks ticks_of(const LinkCase& link);

/// When a received TLP leaves its buffer: the same for everybody who asks. At times this is just at a tick.
[[nodiscard]] SimTime release_time(const pcie::Tlp& tlp, SimTime last_beat, const reference::LinkTicks& ticks);

/// The case of this seed. The pool of `factory` must outlive it.
[[nodiscard]] LinkCase make_link_case(std::uint32_t seed, pcie::TlpFactory& factory);

/// Whether anything is lost or corrupted.
[[nodiscard]] bool has_faults(const LinkCase& link);

/// Generation, width and the like, for messages.
[[nodiscard]] std::string describe(const LinkCase& link);

} // namespace rootpool::twin
