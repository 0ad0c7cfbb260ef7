#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

/// What packets cost on a link. Everything is whole femtoseconds.
namespace rootpool::pcie {

enum class Generation : std::uint8_t { gen1 = 1, gen2 = 2, gen3 = 3 };

struct LinkParameters {
    Generation generation = Generation::gen2;
    unsigned width = 8; ///< lanes
};

/// Bytes of a DLLP on the link: SDP + 6 + END, or the SDP token + 6 (PCIe base 3.5, 4.2).
inline constexpr unsigned dllp_wire_bytes = 8;
/// Framing, sequence number and LCRC of a TLP: STP 1 + 2 + LCRC 4 + END 1, or the STP token 4 + LCRC 4.
inline constexpr unsigned tlp_framing_bytes = 8;
inline constexpr unsigned ecrc_bytes = 4;

/// Bytes of a TLP on the link.
[[nodiscard]] constexpr unsigned wire_bytes(const TlpHeader& header) noexcept {
    return tlp_framing_bytes + header_bytes(header) + payload_bytes(header) + (header.digest ? ecrc_bytes : 0);
}

/// Time of one symbol (a byte on one lane). At 8 GT/s 128 of 130 bits carry data: 8 x 130/128 UI = 1015.625 ps.
[[nodiscard]] constexpr SimTime symbol_time(Generation generation) noexcept {
    switch (generation) {
    case Generation::gen1: return 4ns;
    case Generation::gen2: return 2ns;
    default: return SimTime{1'015'625};
    }
}

/// Time that `bytes` occupy the link, rounded up to what one lane carries of four (packets start in lanes that are multiples of 4).
[[nodiscard]] constexpr SimTime wire_time(const LinkParameters& link, unsigned bytes) noexcept {
    return SimTime{(symbol_time(link.generation).count() * bytes + link.width - 1) / link.width};
}

/// Time between SKP ordered sets: the longest interval allowed, 1538 symbol times, or 375 blocks of 16 symbols (PCIe base 4.2.8.3).
[[nodiscard]] constexpr SimTime skip_interval(const LinkParameters& link) noexcept {
    return symbol_time(link.generation) * (link.generation == Generation::gen3 ? 375 * 16 : 1538);
}
/// Length of a SKP ordered set on every lane: COM + 3 SKP, or one block.
[[nodiscard]] constexpr SimTime skip_time(const LinkParameters& link) noexcept {
    return symbol_time(link.generation) * (link.generation == Generation::gen3 ? 16 : 4);
}

/// Longest time from a received TLP to the Ack for it (PCIe base tables 3-10 to 3-12), also used for UpdateFC.
/// `max_payload`: 128 to 4096 bytes; widths that the tables leave out take the next wider column.
[[nodiscard]] SimTime ack_latency_limit(const LinkParameters& link, unsigned max_payload) noexcept;

} // namespace rootpool::pcie
