#pragma once

#include <cstdint>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/ticks.h"

namespace rootpool::reference {

/// What can be on a wire.
enum class PacketKind : std::uint8_t { skip, init_fc1, init_fc2, nak, ack, update_fc, replayed_tlp, new_tlp };

[[nodiscard]] constexpr bool is_tlp(PacketKind kind) noexcept {
    return kind == PacketKind::replayed_tlp || kind == PacketKind::new_tlp;
}
[[nodiscard]] constexpr bool is_dllp(PacketKind kind) noexcept { return kind != PacketKind::skip && !is_tlp(kind); }

/// The credit fields of an InitFC or UpdateFC: 8 and 12 bits (PCIe base 3.5.1).
struct CreditFields {
    std::uint8_t headers = 0;
    std::uint16_t data = 0;
    friend bool operator==(const CreditFields&, const CreditFields&) = default;
};

/// Sequence numbers have 12 bits (PCIe base 3.6.1).
inline constexpr unsigned sequence_mask = 0xFFF;

/// A packet or ordered set. Fields that a kind does not have are zero.
struct Packet {
    PacketKind kind = PacketKind::skip;
    std::uint16_t sequence = 0;                           ///< TLP, Ack, Nak
    pcie::FlowClass flow_class = pcie::FlowClass::posted; ///< InitFC, UpdateFC
    CreditFields credits;                                 ///< InitFC, UpdateFC
    pcie::TlpPtr tlp;                                     ///< TLP
};

/// What happens to a packet on its way (docs/timing.md 2.7). `nullified` is for TLPs: it ends with an inverted LCRC
/// and EDB (PCIe base 3.6.2.1).
enum class Fate : std::uint8_t { intact, corrupted, dropped, nullified };

/// What the receiver makes of a packet (docs/timing.md 2.4).
enum class Verdict : std::uint8_t { accepted, duplicate, bad, out_of_sequence, nullified, dllp };

} // namespace rootpool::reference
