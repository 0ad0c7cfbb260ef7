#pragma once

#include <cstdint>

#include "rootpool/pcie/tlp.h"
#include "rootpool/pooling/refusal.h"

namespace rootpool::pooling {

/// What a sharing engine makes of a TLP.
struct EngineOutput {
    enum class Action : std::uint8_t {
        forward, ///< `tlp` goes on in its direction
        answer,  ///< `tlp` is the completion, it goes back where the request came from
        drop,    ///< nothing goes anywhere
    };
    Action action = Action::drop;
    pcie::TlpPtr tlp; ///< Tlp::root is the root that it comes from or goes to
    /// Why the TLP was refused, and whose bridge has to report it.
    RefusalCause refused = RefusalCause::none;
    pcie::RootId root{};
};

/// Counters of one root at one engine.
struct EngineCounters {
    std::uint64_t to_device = 0;
    std::uint64_t from_device = 0;
    std::uint64_t answered = 0;   ///< configuration reads and writes that the shadow answered alone
    std::uint64_t interrupts = 0; ///< messages whose address and data were exchanged
    RefusalCounters refused;
};

} // namespace rootpool::pooling
