#pragma once

#include <functional>
#include <string>
#include <string_view>

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

/// Says that the model breaks one of its rules. Returns the exit status of that.
[[nodiscard]] int report_violation(const Streams& streams, std::string_view violation);

/// Runs a command and turns what it throws into a message and an exit status.
[[nodiscard]] int guarded(const Streams& streams, const std::function<int()>& command);

} // namespace rootpool::cli
