#pragma once

#include <optional>

#include "tests/twin/difference.h"
#include "tests/twin/switch_case.h"

namespace rootpool::twin {

/// An output of the crossbar.
struct OutputPlace {
    enum class Leads : std::uint8_t { to_device, to_root, to_own_functions };
    Leads leads = Leads::to_device;
    std::size_t number = 0;
    friend auto operator<=>(const OutputPlace&, const OutputPlace&) = default;
};

/// A TLP granted at an output of the crossbar.
struct Grant {
    SimTime at{};
    OutputPlace output;
    std::size_t input = 0;
    TlpIdentity tlp{}; ///< as it was in the queue
    friend bool operator==(const Grant&, const Grant&) = default;
};

/// All that happened at a switch and on its links.
struct SwitchTraces {
    std::vector<Traces> roots;
    std::vector<Traces> devices;
    std::vector<Grant> grants; ///< in the order of edges, of one edge in that of outputs

    void sort_grants();
};

/// Where a model and its twin part.
struct SwitchDifference {
    SimTime at{};
    std::string text;                 ///< for messages
    std::optional<Difference> link{}; ///< on this link, if it is not a grant
    bool at_device = false;
    std::size_t port = 0; ///< whose link, or nearest to the grant
};

/// The earliest difference of all.
[[nodiscard]] std::optional<SwitchDifference> first_difference(const SwitchCase& of, const SwitchTraces& model,
                                                               const SwitchTraces& twin);

} // namespace rootpool::twin
