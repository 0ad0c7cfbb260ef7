#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::pooling {

/// The TLP that one input of a crossbar output would send.
struct ArbiterRequest {
    bool present = false; ///< otherwise the input has nothing that may go, and the rest means nothing
    unsigned bytes = 0;   ///< on the wire, above 0
    SimTime since{};      ///< when it came into the queue of its input
};

/// Chooses between the inputs of one crossbar output. Nothing is allocated after construction.
class Arbiter {
public:
    virtual ~Arbiter() = default;
    /// The winner among the inputs that have something to send; at least one has. Remembers the choice.
    [[nodiscard]] virtual std::size_t grant(std::span<const ArbiterRequest> requests) = 0;
};

/// What an arbiter has to know of its inputs.
struct ArbiterConfig {
    std::size_t inputs = 1;
    /// weighted: TLPs in one turn of an input, above 0; 1 for inputs behind the end.
    std::vector<unsigned> weights = {};
    /// strict_priority: the smaller goes first; lowest_priority for inputs behind the end.
    std::vector<unsigned> priorities = {};
};
inline constexpr unsigned lowest_priority = UINT32_MAX;

/// Names: "round_robin", "weighted", "age", "strict_priority", "byte_fair".
[[nodiscard]] std::vector<std::string_view> arbiter_names();
/// Throws std::invalid_argument for a name that arbiter_names() does not list, for no inputs, and for a weight of 0.
[[nodiscard]] std::unique_ptr<Arbiter> make_arbiter(std::string_view name, const ArbiterConfig& config);

} // namespace rootpool::pooling
