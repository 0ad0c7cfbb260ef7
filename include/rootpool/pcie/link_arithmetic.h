#pragma once

#include <cstdint>

#include "rootpool/core/time.h"
#include "rootpool/pcie/tlp_header.h"

/// What packets cost on a link. Everything is whole femtoseconds. Times are computed for links that is_supported()
/// accepts.
namespace rootpool::pcie {

/// Data rate: 2.5, 5, 8, 16 and 32 GT/s; 8b/10b up to gen2, 128b/130b from gen3 (PCIe base 4.2).
enum class Generation : std::uint8_t { gen1 = 1, gen2 = 2, gen3 = 3, gen4 = 4, gen5 = 5 };

struct LinkParameters {
    Generation generation = Generation::gen2;
    unsigned width = 8; ///< lanes: 1, 2, 4, 8 or 16
    friend bool operator==(const LinkParameters&, const LinkParameters&) = default;
};

/// Whether this is a link that can be computed: a known generation and a width of 1, 2, 4, 8 or 16 lanes.
[[nodiscard]] constexpr bool is_supported(const LinkParameters& link) noexcept {
    const bool known = link.generation >= Generation::gen1 && link.generation <= Generation::gen5;
    return known && (link.width == 1 || link.width == 2 || link.width == 4 || link.width == 8 || link.width == 16);
}

/// How the DLLPs of a link are counted.
enum class DllpAccounting : std::uint8_t {
    exact,      ///< those that are sent, as long as they are
    pcie_bench, ///< as the model of Neugebauer et al. (SIGCOMM 2018): in each direction one Ack and one UpdateFC for
                ///< each Ack limit, as long as on one lane, and no others
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

[[nodiscard]] constexpr bool has_8b10b(Generation generation) noexcept { return generation <= Generation::gen2; }

namespace detail {
/// Femtoseconds of one byte on one lane at gen1 (10 unit intervals) and at gen3 (8 x 130/128 unit intervals).
inline constexpr std::int64_t gen1_symbol = 4'000'000;
inline constexpr std::int64_t gen3_symbol = 1'015'625;

[[nodiscard]] constexpr std::int64_t slowest_symbol(Generation generation) noexcept {
    return has_8b10b(generation) ? gen1_symbol : gen3_symbol;
}
/// How often the rate of `generation` doubles that of the slowest with its coding.
[[nodiscard]] constexpr unsigned doublings(Generation generation) noexcept {
    switch (generation) {
    case Generation::gen2:
    case Generation::gen4:
        return 1;
    case Generation::gen5:
        return 2;
    default:
        return 0;
    }
}
/// `count` symbols spread over `lanes`, rounded up to a femtosecond.
[[nodiscard]] constexpr SimTime symbols(Generation generation, std::int64_t count, unsigned lanes) noexcept {
    const std::int64_t divisor = static_cast<std::int64_t>(lanes) << doublings(generation);
    return SimTime{(slowest_symbol(generation) * count + divisor - 1) / divisor};
}
} // namespace detail

/// Time of one symbol (a byte on one lane). At 8 GT/s 128 of 130 bits carry data: 8 x 130/128 UI = 1015.625 ps. Rounded
/// up to a femtosecond from gen4 on.
[[nodiscard]] constexpr SimTime symbol_time(Generation generation) noexcept {
    return detail::symbols(generation, 1, 1);
}

/// Bits per second of one direction before packet overhead, rounded down: 32 Gb/s for gen2 x8.
[[nodiscard]] constexpr std::uint64_t bandwidth(const LinkParameters& link) noexcept {
    constexpr std::uint64_t bit_femtoseconds_per_second = 8'000'000'000'000'000ULL;
    return (bit_femtoseconds_per_second * link.width << detail::doublings(link.generation)) /
           static_cast<std::uint64_t>(detail::slowest_symbol(link.generation));
}

/// Symbol times between SKP ordered sets: the longest interval allowed, 1538, or 375 blocks of 16 (PCIe base 4.2.8.4).
[[nodiscard]] constexpr unsigned skip_interval_symbols(const LinkParameters& link) noexcept {
    return has_8b10b(link.generation) ? 1538 : 375 * 16;
}
/// Symbol times of a SKP ordered set: COM + 3 SKP, or one block.
[[nodiscard]] constexpr unsigned skip_symbols(const LinkParameters& link) noexcept {
    return has_8b10b(link.generation) ? 4 : 16;
}

/// Longest time from a received TLP to the Ack for it, in symbol times (PCIe base tables 3-10 to 3-12). `max_payload`:
/// 128 to 4096 bytes; values between two rows take the longer one, values outside the nearest.
[[nodiscard]] unsigned ack_latency_symbols(const LinkParameters& link, unsigned max_payload) noexcept;
} // namespace rootpool::pcie
