#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/dllp.h"
#include "rootpool/pcie/link_faults.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::pcie {

/// What a receiver makes of a packet.
enum class Reception : std::uint8_t {
    accepted,
    duplicate,       ///< a TLP that was accepted before
    bad,             ///< LCRC or CRC wrong
    out_of_sequence, ///< a TLP before it is missing
    lost,            ///< dropped on the wire, or the link went down
    nullified,       ///< discarded without a trace (PCIe base 3.6.3.1)
};

/// A packet on one direction of a link.
struct PacketSighting {
    PlaceId place;
    SimTime start;          ///< first symbol on the wire
    SimTime end;            ///< the wire is free again
    SimTime received;       ///< last symbol in the receiver
    const Tlp* tlp;         ///< null for a DLLP
    std::uint16_t sequence; ///< of a TLP; of one that is nullified that of the next
    bool replay;            ///< of a TLP: sent before
    Dllp dllp;
    PacketFate fate;
    Reception reception;
};

/// Whoever wants to see everything on a link: the data link layer's packets too, and what was lost. Calls are in the
/// order of the starts, which may lie after the moment of the call.
class LinkObserver {
public:
    LinkObserver() = default;
    LinkObserver(const LinkObserver&) = delete;
    LinkObserver& operator=(const LinkObserver&) = delete;
    virtual ~LinkObserver() = default;
    virtual void on_packet(const PacketSighting& packet) = 0;
};

} // namespace rootpool::pcie
