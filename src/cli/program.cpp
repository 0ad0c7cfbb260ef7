#include "rootpool/cli/program.h"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/context.h"
#include "cli/run_command.h"
#include "cli/tlp_command.h"
#include "rootpool/scenario/keys.h"
#include "rootpool/scenario/one_line.h"

namespace rootpool::cli {
namespace {

std::string version_text(const Simulation& simulation) {
    std::string text = fmt::format("rootpool {}", ROOTPOOL_VERSION);
    for (const std::string& feature : simulation.features()) {
        text += "\n  " + feature;
    }
    return text;
}

/// What stands on the command line, and the command that it asks for.
struct Invocation {
    std::string script;
    RunRequest run;
    std::string key;
    std::vector<std::string> hex;
    std::string json;
    std::function<int()> command;
};

int check(const Invocation& invocation, const Context& context) {
    const scenario::Script script = load(invocation.script, invocation.run.overrides, context.builtins);
    fmt::print(context.streams.out, "{}: no errors\n", script.config.name);
    return exit_met;
}

int show(const Invocation& invocation, const Context& context) {
    context.streams.out << load(invocation.script, invocation.run.overrides, context.builtins).resolved;
    return exit_met;
}

int list(const Context& context) {
    std::size_t width = 0;
    for (const BuiltinScenario& builtin : context.builtins) {
        width = std::max(width, builtin.name.size());
    }
    for (const BuiltinScenario& builtin : context.builtins) {
        fmt::print(context.streams.out, "{:<{}}  {}\n", builtin.name, width,
                   scenario::parse(builtin.text, builtin.name).config.description);
    }
    return exit_met;
}

int explain(const Invocation& invocation, const Context& context) {
    context.streams.out << scenario::explain(invocation.key);
    return exit_met;
}

void add_script_argument(CLI::App& app, Invocation& invocation) {
    app.add_option("script", invocation.script, "YAML file or the name of a built-in scenario")
        ->required()
        ->type_name("FILE|NAME");
}

void add_set_option(CLI::App& app, Invocation& invocation) {
    app.add_option("--set", invocation.run.overrides, "Change a value of the script")
        ->type_name("path=value")
        ->allow_extra_args(false);
}

void add_script_commands(CLI::App& app, Invocation& invocation, const Context& context) {
    CLI::App* run_app = app.add_subcommand("run", "Run a scenario and compare it with its expectations");
    add_script_argument(*run_app, invocation);
    add_run_options(*run_app, invocation.run);
    run_app->callback([&] {
        invocation.command = [&] {
            return run(load(invocation.script, invocation.run.overrides, context.builtins), invocation.run, context);
        };
    });

    CLI::App* check_app = app.add_subcommand("check", "Check a scenario without running it");
    add_script_argument(*check_app, invocation);
    add_set_option(*check_app, invocation);
    check_app->callback([&] { invocation.command = [&] { return check(invocation, context); }; });

    CLI::App* show_app = app.add_subcommand("show", "Print a scenario with every default written out");
    add_script_argument(*show_app, invocation);
    add_set_option(*show_app, invocation);
    show_app->callback([&] { invocation.command = [&] { return show(invocation, context); }; });
}

void add_reference_commands(CLI::App& app, Invocation& invocation, const Context& context) {
    app.add_subcommand("list", "List the built-in scenarios")->callback([&] {
        invocation.command = [&] { return list(context); };
    });
    CLI::App* explain_app = app.add_subcommand("explain", "Explain a key of the scenario script");
    explain_app->add_option("key", invocation.key, "topology.servers, iperf.duration")->required()->type_name("KEY");
    explain_app->callback([&] { invocation.command = [&] { return explain(invocation, context); }; });
}

void add_tlp_commands(CLI::App& app, Invocation& invocation, const Context& context) {
    CLI::App* tlp_app = app.add_subcommand("tlp", "Take a TLP apart or put one together");
    tlp_app->require_subcommand(1);
    CLI::App* decode = tlp_app->add_subcommand("decode", "Bytes to JSON");
    decode->add_option("hex", invocation.hex, "Bytes of header and data")->required()->type_name("HEX");
    decode->callback([&] { invocation.command = [&] { return tlp_decode(invocation.hex, context.streams); }; });
    CLI::App* encode = tlp_app->add_subcommand("encode", "JSON to bytes");
    encode->add_option("json", invocation.json, "Fields by the names of the specification")
        ->required()
        ->type_name("JSON");
    encode->callback([&] { invocation.command = [&] { return tlp_encode(invocation.json, context.streams); }; });
}

/// The command that the command line asks for: "rootpool tlp decode".
std::string name_command(const CLI::App* app) {
    const std::vector<CLI::App*> asked = app->get_subcommands();
    return asked.empty() ? app->get_name() : fmt::format("{} {}", app->get_name(), name_command(asked.front()));
}

/// What the command line has wrong, on one line though it may repeat what stands there.
std::string usage_message(const CLI::App* app, const CLI::Error& error) {
    const std::vector<std::string> unknown = app->remaining(true);
    const std::string what = unknown.empty() ? error.what() : fmt::format("'{}' is not expected", unknown.front());
    return fmt::format("rootpool: {}; see {} --help\n", scenario::one_line(what),
                       scenario::one_line(name_command(app)));
}

/// Parses the command line and runs what it asks for.
int dispatch(CLI::App& app, int argc, const char* const* argv, const Streams& streams,
             const std::function<int()>& command) {
    app.failure_message(usage_message);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, streams.out, streams.err) == 0 ? exit_met : exit_usage;
    }
    return command();
}

int run_commands(int argc, const char* const* argv, const Context& context) {
    Invocation invocation;
    CLI::App app("Simulator of multi-root PCIe I/O pooling based on SR-IOV", "rootpool");
    app.set_version_flag("--version", [&context] { return version_text(context.simulation); });
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 expectations met, 1 an expectation failed, 2 usage or scenario error, 3 model violation,\n"
        "4 output could not be written, 128 + signal interrupted (130 by Ctrl-C).");
    add_script_commands(app, invocation, context);
    add_reference_commands(app, invocation, context);
    add_tlp_commands(app, invocation, context);
    return dispatch(app, argc, argv, context.streams, [&invocation] { return invocation.command(); });
}

int run_scenario(int argc, const char* const* argv, const BuiltinScenario& scenario, const Context& context) {
    RunRequest request;
    CLI::App app(fmt::format("The scenario {}, with the options of `rootpool run`", scenario.name));
    app.set_version_flag("--version", [&context] { return version_text(context.simulation); });
    add_run_options(app, request);
    return dispatch(app, argc, argv, context.streams, [&] {
        return run(scenario::parse(scenario.text, scenario.name, request.overrides), request, context);
    });
}

} // namespace

int program_main(int argc, const char* const* argv, Simulation& simulation, BuiltinScenarios builtins,
                 const Streams& streams) {
    return guarded(streams, [&] { return run_commands(argc, argv, {simulation, builtins, streams}); });
}

int program_main(int argc, const char* const* argv, Simulation& simulation, BuiltinScenarios builtins) {
    return program_main(argc, argv, simulation, builtins, {std::cout, std::cerr});
}

int scenario_main(int argc, const char* const* argv, Simulation& simulation, const BuiltinScenario& scenario,
                  const Streams& streams) {
    return guarded(streams, [&] { return run_scenario(argc, argv, scenario, {simulation, {&scenario, 1}, streams}); });
}

int scenario_main(int argc, const char* const* argv, Simulation& simulation, const BuiltinScenario& scenario) {
    return scenario_main(argc, argv, simulation, scenario, {std::cout, std::cerr});
}

} // namespace rootpool::cli
