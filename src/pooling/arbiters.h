#pragma once

#include <memory>

#include "rootpool/pooling/arbiter.h"

/// The arbiters behind make_arbiter(), which has checked the configuration.
namespace rootpool::pooling {

/// One TLP of each input in turn.
[[nodiscard]] std::unique_ptr<Arbiter> make_round_robin(const ArbiterConfig& config);
/// Up to `weight` TLPs of each input in turn.
[[nodiscard]] std::unique_ptr<Arbiter> make_weighted(const ArbiterConfig& config);
/// The TLP that has waited longest; of equal ones that of the input with the smallest number.
[[nodiscard]] std::unique_ptr<Arbiter> make_age(const ArbiterConfig& config);
/// The input with the smallest priority number; of equal ones that with the smallest number. The only one that lets
/// inputs starve.
[[nodiscard]] std::unique_ptr<Arbiter> make_strict_priority(const ArbiterConfig& config);
/// Equal shares in bytes: deficit round robin (Shreedhar and Varghese, SIGCOMM 1995).
[[nodiscard]] std::unique_ptr<Arbiter> make_byte_fair(const ArbiterConfig& config);

} // namespace rootpool::pooling
