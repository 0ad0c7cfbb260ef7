#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"

namespace CLI {
class App;
}

namespace rootpool::cli {

/// The options of `rootpool run` as they stand on the command line.
struct RunRequest {
    std::vector<std::string> overrides;
    std::optional<std::string> out;
    std::optional<std::string> window;
    std::optional<std::string> until;
    std::optional<std::string> seed;
    bool pcap = false;
    bool tlp_pcap = false;
    bool lspci = false;
    bool quiet = false;
};

void add_run_options(CLI::App& app, RunRequest& request);

/// Runs a script to the end. Returns the exit status; throws what guarded() knows.
[[nodiscard]] int run(scenario::Script script, const RunRequest& request, const Context& context);

} // namespace rootpool::cli
