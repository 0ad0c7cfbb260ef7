#include "cli/run_options.h"

#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/run_command.h"
#include "rootpool/scenario/units.h"

namespace rootpool::cli {

void add_run_options(CLI::App& app, RunRequest& request) {
    app.add_option("--set", request.overrides,
                   "Change a value of the script: topology.servers.server1.max_payload=128 B")
        ->type_name("path=value")
        ->allow_extra_args(false);
    app.add_option("--out", request.out, "Folder for the results (default: rootpool-out/<name>)")->type_name("DIR");
    app.add_option("--window", request.window, "Simulated time that the captures cover: \"10 ms:20 ms\"")
        ->type_name("FROM:TO");
    app.add_flag("--pcap", request.pcap, "Write every Ethernet frame to pcap/<device>-<port>.pcapng");
    app.add_flag("--tlp-pcap", request.tlp_pcap, "Write every TLP to tlp.pcapng");
    app.add_flag("--lspci", request.lspci, "Write every server's configuration space to lspci/<server>.txt");
    app.add_option("--seed", request.seed, "Seed of every random choice, instead of the script's")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()));
    app.add_option("--until", request.until, "End the run at this simulated time: \"20 ms\"")->type_name("T");
    app.add_flag("--quiet", request.quiet, "No console lines and no progress; only results and errors");
}

SimTime parse_time_option(const std::string& option, const std::string& text) {
    const auto value = scenario::parse_exact(text, scenario::Dimension::time);
    std::string problem;
    if (const auto* reason = std::get_if<std::string>(&value)) {
        problem = *reason;
    } else if (std::get<std::int64_t>(value) < 0) {
        problem = "negative value";
    }
    if (!problem.empty()) {
        throw scenario::ScenarioError(fmt::format("{}: {}; accepted: a time (units: {})", option, problem,
                                                  scenario::unit_names(scenario::Dimension::time)));
    }
    return SimTime{std::get<std::int64_t>(value)};
}

observe::CaptureWindow parse_window(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos) {
        throw scenario::ScenarioError(
            fmt::format("--window: '{}' has no ':'; accepted: FROM:TO, such as 10 ms:20 ms", text));
    }
    const observe::CaptureWindow window{parse_time_option("--window", text.substr(0, colon)),
                                        parse_time_option("--window", text.substr(colon + 1))};
    if (window.to <= window.from) {
        throw scenario::ScenarioError(fmt::format("--window: '{}' ends before it begins", text));
    }
    return window;
}

} // namespace rootpool::cli
