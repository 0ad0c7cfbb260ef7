#pragma once

#include <cstdint>

/// Interrupt vectors of one server, all of them at its first core.
namespace rootpool::host {

inline constexpr std::uint32_t first_interrupt_vector = 0x30; ///< below are exceptions and legacy interrupts
inline constexpr std::uint32_t last_interrupt_vector = 0xEF;  ///< above are those that Linux keeps for itself
inline constexpr unsigned interrupt_vectors = last_interrupt_vector - first_interrupt_vector + 1;

/// What a driver of the 82599 takes for one function: its queue pair, and mailbox and link.
inline constexpr unsigned vectors_per_function = 2;

/// The functions that one server can have with a driver.
inline constexpr unsigned most_driven_functions = interrupt_vectors / vectors_per_function;

} // namespace rootpool::host
