#include "cli/run_options.h"

#include <limits>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/run_command.h"
#include "rootpool/scenario/units.h"

namespace rootpool::cli {
namespace {

/// A number of an option that is not negative, in base units.
std::int64_t parse_whole(const std::string& option, const std::string& text, scenario::Dimension dimension,
                         const std::string& accepted) {
    const auto value = scenario::parse_exact(text, dimension);
    const auto* reason = std::get_if<std::string>(&value);
    if (reason == nullptr && std::get<std::int64_t>(value) >= 0) {
        return std::get<std::int64_t>(value);
    }
    throw scenario::ScenarioError(
        fmt::format("{}: {}; accepted: {}", option, reason == nullptr ? "negative value" : *reason, accepted));
}

/// A switch that is on or not there: CLI11 would also take --quiet=5.
void add_switch(CLI::App& app, const std::string& name, bool& value, const std::string& description) {
    app.add_flag(name, value, description)->disable_flag_override();
}

} // namespace

void add_run_options(CLI::App& app, RunRequest& request) {
    app.add_option("--set", request.overrides,
                   "Change a value of the script: topology.servers.server1.max_payload=128 B")
        ->type_name("path=value")
        ->allow_extra_args(false);
    app.add_option("--out", request.out, "Folder for the results (default: rootpool-out/<name>)")->type_name("DIR");
    app.add_option("--window", request.window, "Simulated time that the captures cover: \"10 ms:20 ms\"")
        ->type_name("FROM:TO");
    add_switch(app, "--pcap", request.pcap, "Write every Ethernet frame to pcap/<device>-<port>.pcapng");
    add_switch(app, "--tlp-pcap", request.tlp_pcap, "Write every TLP to tlp.pcapng");
    add_switch(app, "--lspci", request.lspci, "Write every server's configuration space to lspci/<server>.txt");
    app.add_option("--seed", request.seed, "Seed of every random choice, instead of the script's")->type_name("N");
    app.add_option("--until", request.until, "End the run at this simulated time: \"20 ms\"")->type_name("T");
    add_switch(app, "--quiet", request.quiet, "No console lines and no progress; only results and errors");
}

SimTime parse_time_option(const std::string& option, const std::string& text) {
    return SimTime{parse_whole(option, text, scenario::Dimension::time,
                               fmt::format("a time (units: {})", scenario::unit_names(scenario::Dimension::time)))};
}

std::uint64_t parse_seed(const std::string& text) {
    return static_cast<std::uint64_t>(
        parse_whole("--seed", text, scenario::Dimension::count,
                    fmt::format("a whole number from 0 to {}", std::numeric_limits<std::int64_t>::max())));
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
