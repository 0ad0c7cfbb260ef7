#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

namespace rootpool::pcie {

/// Data rate of a link. 8b/10b up to gen2, 128b/130b from gen3 (PCIe base 4.2).
enum class Generation : std::uint8_t { gen1 = 1, gen2, gen3, gen4, gen5 };

struct LinkParameters {
    Generation generation = Generation::gen2;
    unsigned width = 8; ///< lanes: 1, 2, 4, 8 or 16
    friend bool operator==(const LinkParameters&, const LinkParameters&) = default;
};

/// Whether rootpool can compute this link: a known generation and a width of 1, 2, 4, 8 or 16 lanes.
[[nodiscard]] bool is_supported(const LinkParameters& link) noexcept;

/// Bytes on the link around header, data and digest of a TLP. 8b/10b: STP 1, sequence number 2, LCRC 4, END 1. 128b/130b: STP token 4,
/// which holds the sequence number, and LCRC 4 (PCIe base 4.2.1.2, 4.2.2.3).
inline constexpr unsigned tlp_framing_bytes = 8;
/// SDP, 4 bytes, CRC-16 and END at 8b/10b; a 2-byte token and 6 at 128b/130b (PCIe base 3.5, 4.2).
inline constexpr unsigned dllp_wire_bytes = 8;
inline constexpr unsigned ecrc_bytes = 4;

/// What a TLP takes on the link: 20 or 24 bytes and its data, 4 more with ECRC.
[[nodiscard]] constexpr unsigned wire_bytes(const TlpHeader& header) noexcept {
    return tlp_framing_bytes + header_bytes(header) + payload_bytes(header) + (header.digest ? ecrc_bytes : 0U);
}

/// Time of one symbol (one byte) on one lane: 4 ns, 2 ns, and 1.015625 ns at gen3, where the two sync bits of each 16 byte block are
/// spread over its bytes. Rounded up to a femtosecond from gen4 on.
[[nodiscard]] SimTime symbol_time(Generation generation) noexcept;

/// How long `bytes` occupy the link. Packets start in lanes that are multiples of 4 (PCIe base 4.2.1.2), so the count is rounded up
/// to 4 and, on links of up to 4 lanes, the result is whole symbol times; on wider ones the next packet may start within
/// the symbol time in which this one ends. Rounded up to a femtosecond.
[[nodiscard]] SimTime wire_time(const LinkParameters& link, unsigned bytes) noexcept;

/// First moment at which a packet can start: right behind the packet before it, or, out of logical idle, in lane 0, at a whole symbol
/// time (PCIe base 4.2.1.2).
[[nodiscard]] SimTime packet_start(const LinkParameters& link, SimTime ready, SimTime wire_free_at) noexcept;

/// Bits per second of data in one direction before packet overhead: 32 Gb/s for gen2 x8. Rounded down.
[[nodiscard]] std::uint64_t bandwidth(const LinkParameters& link) noexcept;

/// Time from one SKP ordered set to the next: 1538 symbol times, at 128b/130b 375 blocks, the longest permitted (PCIe base 4.2.8.3).
[[nodiscard]] SimTime skip_interval(const LinkParameters& link) noexcept;
/// How long a SKP ordered set keeps every lane busy: 4 symbols, at 128b/130b one block.
[[nodiscard]] SimTime skip_time(const LinkParameters& link) noexcept;

/// Longest time from a received TLP to its Ack (PCIe base tables 3-10 to 3-12). `max_payload` in bytes, rounded up to the
/// next row; above 4096 the last row.
[[nodiscard]] SimTime ack_latency_limit(const LinkParameters& link, unsigned max_payload) noexcept;
/// The same in symbol times, as the tables give it.
[[nodiscard]] unsigned ack_latency_symbols(const LinkParameters& link, unsigned max_payload) noexcept;

/// When an unacknowledged TLP is sent again: three Ack latency limits, the unadjusted value of PCIe base 3.1, 3.5.2.1.
[[nodiscard]] SimTime replay_timer_limit(const LinkParameters& link, unsigned max_payload) noexcept;
/// The simplified limit that parts with 16 GT/s must use and others should: 24,000 symbol times, the lower end (PCIe base 3.6.2.1).
[[nodiscard]] SimTime simplified_replay_timer_limit(const LinkParameters& link) noexcept;

} // namespace rootpool::pcie
