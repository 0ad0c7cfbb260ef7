#pragma once

#include <cstdint>

namespace rootpool::pcie {

/// What happens to a packet on the wire.
enum class PacketFate : std::uint8_t {
    intact,
    corrupted, ///< its LCRC or CRC is wrong at the receiver
    dropped,   ///< the receiver sees nothing
    nullified, ///< a TLP that its sender ends with an inverted LCRC and EDB; no fault source says so
};

/// Decides the fate of every TLP and DLLP of one direction of a link.
class FaultSource {
public:
    virtual ~FaultSource() = default;
    /// Asked once for each packet, when it starts, in the order of the starts. `bytes`: on the wire.
    [[nodiscard]] virtual PacketFate fate(bool is_tlp, unsigned bytes) = 0;
};

} // namespace rootpool::pcie
