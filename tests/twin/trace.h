#pragma once

#include <string>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp.h"

/// What a link did, in a form that does not tell who did it.
namespace rootpool::twin {

/// One thing that happened.
struct Event {
    SimTime at{};
    std::string what;
    friend bool operator==(const Event&, const Event&) = default;
};

/// All that happened on one direction of a link.
struct Trace {
    std::vector<Event> starts;     ///< packets put on the wire, in order
    std::vector<Event> receptions; ///< packets that came out of it
    std::vector<Event> deliveries; ///< TLPs handed to the transaction layer
    std::vector<Event> returns;    ///< TLPs that the link, being down, gave back; their times do not count
};

/// Kind, identity and a digest of every byte of a TLP.
[[nodiscard]] std::string describe(const pcie::Tlp& tlp);

/// Empty if both are equal; otherwise where they differ first, with what went before.
[[nodiscard]] std::string difference(const Trace& model, const Trace& twin);

} // namespace rootpool::twin
