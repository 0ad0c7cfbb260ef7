#pragma once

#include <memory>
#include <vector>

#include "tests/reference/fabric_clock.h"
#include "tests/reference/switch_settings.h"

namespace rootpool::reference {

/// What an input of a crossbar output would send.
struct Candidate {
    bool there = false;
    std::size_t position = 0; ///< in the queue of the input
    unsigned bytes = 0;       ///< on the link
    Edge ready = 0;
};
using Candidates = std::vector<Candidate>;

/// Chooses the input that goes (docs/timing.md 3.4).
class Arbiter {
public:
    virtual ~Arbiter() = default;
    /// Is asked when at least one candidate is there; the choice is granted.
    [[nodiscard]] virtual std::size_t choose(const Candidates& candidates) = 0;
};

struct ArbiterSettings {
    ArbiterKind kind = ArbiterKind::round_robin;
    std::size_t inputs = 1; ///< that of the answers of the switch is the last
    std::vector<unsigned> weights;
    std::vector<unsigned> priorities;
    Mutation mutation = Mutation::none;
};

[[nodiscard]] std::unique_ptr<Arbiter> make_arbiter(const ArbiterSettings& settings);

} // namespace rootpool::reference
