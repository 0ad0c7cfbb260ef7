#pragma once

#include <iosfwd>
#include <memory>
#include <span>
#include <string_view>

#include "rootpool/cli/simulation.h"

namespace rootpool::cli {

/// A scenario whose script is compiled into the program.
struct BuiltinScenario {
    std::string_view name; ///< folder/name, without suffix: "paper/fig10-pooled-client"
    std::string_view text; ///< the YAML
};
using BuiltinScenarios = std::span<const BuiltinScenario>;

enum ExitStatus : int {
    exit_met = 0,         ///< every expectation met
    exit_expectation = 1, ///< an expectation failed
    exit_usage = 2,       ///< usage or scenario error
    exit_violation = 3,   ///< the model broke a rule of its own
    exit_output = 4,      ///< output could not be written
    exit_signal = 128,    ///< plus the number of the signal that interrupted; partial results are kept and marked so
};

struct Streams {
    std::ostream& out;
    std::ostream& err;
};

/// The scenarios of the folder scenarios/, in the order of their names. Defined by the library rootpool::scenarios.
[[nodiscard]] BuiltinScenarios builtin_scenarios() noexcept;

/// The simulator that the programs run. Defined by the platform that they are linked with.
[[nodiscard]] std::unique_ptr<Simulation> make_simulation();

/// The program `rootpool`. Returns the exit status; no exception leaves it.
[[nodiscard]] int program_main(int argc, const char* const* argv, Simulation& simulation, BuiltinScenarios builtins,
                               const Streams& streams);
[[nodiscard]] int program_main(int argc, const char* const* argv, Simulation& simulation, BuiltinScenarios builtins);

/// The program of one scenario: the options of `rootpool run` without the file.
[[nodiscard]] int scenario_main(int argc, const char* const* argv, Simulation& simulation,
                                const BuiltinScenario& scenario, const Streams& streams);
[[nodiscard]] int scenario_main(int argc, const char* const* argv, Simulation& simulation,
                                const BuiltinScenario& scenario);

} // namespace rootpool::cli
