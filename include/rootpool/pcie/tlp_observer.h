#pragma once

#include <cstdint>
#include <string>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::pcie {

/// Number that an observation point (one direction of one link, one internal stage) got from its observer.
using PlaceId = core::Strong<struct PlaceIdKind, std::uint16_t>;

/// One TLP seen at one place. `first_beat` and `last_beat` may lie after the moment of the call: stages whose outcome
/// is decided are passed in advance. Within one place both are in order.
struct TlpSighting {
    PlaceId place;
    SimTime first_beat;
    SimTime last_beat;
    const Tlp& tlp;
};

/// Whoever wants to see TLPs go by: event hash, captures, waves, monitors.
class TlpObserver {
public:
    TlpObserver() = default;
    TlpObserver(const TlpObserver&) = delete;
    TlpObserver& operator=(const TlpObserver&) = delete;
    virtual ~TlpObserver() = default;

    /// A place announces itself during elaboration, in a fixed order. Name: "<link>.<direction>", e.g.
    /// "server2.link.down".
    virtual PlaceId add_place(const std::string& name) = 0;
    virtual void on_tlp(const TlpSighting& sighting) = 0;
};

} // namespace rootpool::pcie
