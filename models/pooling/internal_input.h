#pragma once

#include "models/pooling/crossbar.h"

namespace rootpool::models {

/// The last input of a crossbar output: what the switch makes itself - completions, messages, requests of its own -
/// enters there, `local` registers behind the edge that makes it (docs/timing.md 3.6).
class InternalInput {
public:
    /// `output` must outlive this.
    InternalInput(CrossbarOutput& output, const SwitchTiming& timing) noexcept : output_(output), timing_(timing) {}

    /// A TLP that was made at `edge`. `rank` orders those that are ready at the same time, whoever is processed first.
    void push(pcie::TlpPtr tlp, SimTime edge, unsigned rank);
    [[nodiscard]] std::size_t index() const noexcept { return output_.inputs().size() - 1; }

private:
    CrossbarOutput& output_;
    SwitchTiming timing_;
};

} // namespace rootpool::models
