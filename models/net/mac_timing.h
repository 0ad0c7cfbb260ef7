#pragma once

#include <algorithm>
#include <cstddef>

#include "rootpool/core/time.h"
#include "rootpool/net/frame.h"

namespace rootpool::models::mac {

/// One byte at 10 Gb/s, 800 ps: a whole number of femtoseconds, so that wire time is exact.
inline constexpr SimTime byte_time{800'000};

/// Bytes that a frame of `bytes` (without FCS) takes from destination address to FCS, padding included.
[[nodiscard]] constexpr std::size_t padded_with_fcs(std::size_t bytes) noexcept {
    return std::max<std::size_t>(bytes, net::minimum_frame_bytes) + net::fcs_bytes;
}
/// First bit after the preamble to last bit of the FCS.
[[nodiscard]] constexpr SimTime frame_time(std::size_t bytes) noexcept { return byte_time * padded_with_fcs(bytes); }
/// From one frame's preamble to the earliest preamble of the next: preamble, frame, FCS, inter-frame gap.
[[nodiscard]] constexpr SimTime wire_time(std::size_t bytes) noexcept {
    return byte_time * (net::preamble_bytes + padded_with_fcs(bytes) + net::interframe_gap_bytes);
}
inline constexpr SimTime preamble_time = byte_time * net::preamble_bytes;

} // namespace rootpool::models::mac
