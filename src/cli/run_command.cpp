#include "cli/run_command.h"

#include <chrono>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/expectation_table.h"
#include "cli/interruption.h"
#include "cli/output_folder.h"
#include "cli/progress_line.h"
#include "cli/run_options.h"
#include "rootpool/observe/atomic_file.h"
#include "rootpool/observe/results.h"
#include "rootpool/scenario/expectation.h"
#include "rootpool/scenario/one_line.h"
#include "rootpool/scenario/parse.h"
#include "rootpool/scenario/planned_time.h"

namespace rootpool::cli {
namespace {

RunOptions options_of(const RunRequest& request) {
    RunOptions options;
    if (request.window) {
        options.window = parse_window(*request.window);
        if (!request.pcap && !request.tlp_pcap) {
            throw scenario::ScenarioError(
                "--window: there is no capture that it could bound; accepted: with --pcap or --tlp-pcap");
        }
    }
    if (request.until) {
        options.until = parse_time_option("--until", *request.until);
    }
    options.pcap = request.pcap;
    options.tlp_pcap = request.tlp_pcap;
    options.lspci = request.lspci;
    return options;
}

observe::RunResult result_for(const scenario::Config& config) {
    observe::RunResult result;
    result.scenario = config.name;
    result.seed = config.seed;
    return result;
}

/// Wall time and memory differ from run to run: they are told on the terminal and stand in no file.
void print_cost(std::ostream& err, std::chrono::duration<double> elapsed, SimTime simulated) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print(err, "simulated {:.6f} s in {:.1f} s, {} MiB\n", std::chrono::duration<double>(simulated).count(),
               elapsed.count(), usage.ru_maxrss / 1024);
}

void print_stopped(std::ostream& err, std::span<const observe::StoppedSink> sinks) {
    for (const observe::StoppedSink& sink : sinks) {
        fmt::print(err, "{}: {}\n", sink.sink, sink.reason);
    }
}

/// One run with its folder and its hooks.
class Run {
public:
    Run(const scenario::Config& config, const RunRequest& request, const Context& context)
        : config_(config), request_(request), context_(context), options_(options_of(request)),
          folder_(request.out ? std::filesystem::path(*request.out)
                              : std::filesystem::path("rootpool-out") / config.name),
          progress_(context.streams.err, !request.quiet && isatty(STDERR_FILENO) == 1, scenario::planned_time(config)) {
        options_.output_directory = folder_.working_path();
        options_.console = [this](std::string_view server, std::string_view line) { print_console(server, line); };
        options_.progress = [this](const Progress& progress) { progress_.show(progress); };
        options_.interrupted = [this] { return interruption_.signal().has_value(); };
    }

    int execute() {
        const auto start = std::chrono::steady_clock::now();
        RunOutcome outcome = context_.simulation.run(config_, options_);
        progress_.clear();
        if (!request_.quiet) {
            print_cost(context_.streams.err, std::chrono::steady_clock::now() - start, outcome.simulated_time);
        }
        print_stopped(context_.streams.err, outcome.stopped_sinks);
        for (const std::string& note : outcome.notes) {
            fmt::print(context_.streams.err, "rootpool: {}\n", note);
        }
        return conclude(std::move(outcome));
    }

private:
    int conclude(RunOutcome outcome) {
        const RunEnd end = outcome.end;
        observe::RunResult result = result_for(config_);
        result.event_hash = outcome.event_hash;
        result.simulated_time = outcome.simulated_time;
        result.partial = end == RunEnd::interrupted || end == RunEnd::violated;
        result.violation = outcome.violation;
        result.metrics = std::move(outcome.metrics);
        if (!outcome.stopped_sinks.empty()) {
            observe::write_atomically(folder_.working_path() / "captures.json",
                                      observe::to_json(outcome.stopped_sinks));
        }
        // Of a run that was cut short metrics may be missing: their expectations have failed.
        result.expectations = scenario::evaluate(config_.expectations, result.metrics);
        finish(result);
        context_.streams.out << expectation_table(result.expectations);
        if (result.partial) {
            fmt::print(context_.streams.err, "rootpool: {}; {} holds what was measured so far\n",
                       end == RunEnd::violated ? "the run cannot go on" : "interrupted",
                       scenario::one_line(folder_.final_path().string()));
        }
        if (end == RunEnd::interrupted) {
            return exit_signal + interruption_.signal().value();
        }
        if (end == RunEnd::violated) {
            return report_violation(context_.streams, outcome.violation);
        }
        if (end == RunEnd::completed) {
            scenario::require_known_metrics(config_.expectations, result.metrics);
        }
        return result.passed() ? exit_met : exit_expectation;
    }

    void finish(const observe::RunResult& result) {
        progress_.clear();
        observe::write_result(folder_.working_path() / "result.json", result);
        folder_.commit();
    }

    void print_console(std::string_view server, std::string_view line) {
        if (!request_.quiet) {
            progress_.clear();
            fmt::print(context_.streams.out, "{}: {}\n", server, line);
        }
    }

    const scenario::Config& config_;
    const RunRequest& request_;
    const Context& context_;
    RunOptions options_;
    OutputFolder folder_;
    ProgressLine progress_;
    Interruption interruption_;
};

} // namespace

int run(scenario::Script script, const RunRequest& request, const Context& context) {
    if (request.seed) {
        script.config.seed = parse_seed(*request.seed);
    }
    return Run(script.config, request, context).execute();
}

} // namespace rootpool::cli
