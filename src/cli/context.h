#pragma once

#include <functional>
#include <string>

#include "rootpool/cli/program.h"
#include "rootpool/scenario/parse.h"

namespace rootpool::cli {

/// What a command needs from outside.
struct Context {
    Simulation& simulation;
    BuiltinScenarios builtins;
    Streams streams;
};

/// A script of the file with this name, or else the built-in scenario. Throws scenario::ScenarioError.
[[nodiscard]] scenario::Script load(const std::string& file_or_name, const std::vector<std::string>& overrides,
                                    BuiltinScenarios builtins);

/// Runs a command and turns what it throws into a message and an exit status.
[[nodiscard]] int guarded(const Streams& streams, const std::function<int()>& command);

} // namespace rootpool::cli
