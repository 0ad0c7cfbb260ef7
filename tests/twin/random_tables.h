#pragma once

#include "tests/twin/random.h"
#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// Bus numbers, windows, lent VFs and their BARs. Roots often choose the same numbers, so that only their RootId tells
/// their TLPs apart.
void choose_tables(SwitchCase& of, unsigned roots, unsigned devices, Random& random);

/// The windows that the bridges of a root have for a device.
inline constexpr std::uint64_t memory_window_bytes = 0x100'0000;
inline constexpr std::uint64_t prefetchable_window_bytes = 0x400'0000;

} // namespace rootpool::twin
