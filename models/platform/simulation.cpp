#include "models/platform/simulation.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "models/platform/platform.h"
#include "models/platform/timeline.h"
#include "rootpool/cli/program.h"
#include "rootpool/core/error.h"
#include "rootpool/scenario/planned_time.h"

namespace rootpool::models {

namespace {

/// SystemC's main() prints a copyright banner, which has no place in the output of a tool, unless this is set before it
/// starts.
[[maybe_unused]] const int banner_off = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);

/// Simulated time between two looks at the keyboard and the progress line.
constexpr SimTime slice = 1ms;
/// After the timeline, frames that are still under way get this long to arrive.
constexpr SimTime drain_slice = 100us;
constexpr SimTime drain_limit = 1s;
/// A SimTime ends after 9,223 s. Steps that end by themselves only, behind the longest timeline, get this long; timers
/// that run ahead need the rest.
constexpr SimTime longest_run = scenario::longest_timeline + 100s;

/// Something that takes simulated time, in a thread of its own, and how it ended.
class Activity {
public:
    Activity(const char* name, std::function<void()> body) : body_(std::move(body)) {
        sc_core::sc_spawn([this] { run(); }, name);
    }
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    [[nodiscard]] bool done() const noexcept { return done_; }
    void rethrow() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    /// SystemC does not let exceptions out of a process.
    void run() {
        try {
            body_();
        } catch (const std::exception&) {
            failure_ = std::current_exception();
        }
        done_ = true;
        sc_core::sc_pause();
    }

    std::function<void()> body_;
    std::exception_ptr failure_;
    bool done_ = false;
};

/// SystemC's simulation kernel. Of what a process throws it hands on a report with the text only, but it tells its
/// report handler while the exception is still being handled: there it is kept. A handler is a plain function and finds
/// this object by its name.
class SimulationKernel : public sc_core::sc_object {
public:
    SimulationKernel() : sc_object(object_name) { sc_core::sc_report_handler::set_handler(&keep_exception); }
    SimulationKernel(const SimulationKernel&) = delete;
    SimulationKernel& operator=(const SimulationKernel&) = delete;
    ~SimulationKernel() override { sc_core::sc_report_handler::set_handler(nullptr); }

    /// Throws what a process threw, and a ModelViolation for what SystemC itself reports as an error.
    void advance(SimTime span) {
        try {
            KernelTime::run_for(span);
        } catch (const sc_core::sc_report& report) {
            if (thrown_) {
                std::rethrow_exception(thrown_);
            }
            throw core::ModelViolation(report.get_msg());
        }
    }

private:
    static constexpr const char* object_name = "simulation_kernel";

    static void keep_exception(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
        if (auto* kernel = dynamic_cast<SimulationKernel*>(sc_core::sc_find_object(object_name))) {
            kernel->thrown_ = std::current_exception();
        }
        sc_core::sc_report_handler::default_handler(report, actions);
    }

    std::exception_ptr thrown_;
};

[[nodiscard]] cli::RunEnd follow(const Activity& activity, Platform& platform, const Timeline& timeline,
                                 SimulationKernel& kernel, const cli::RunOptions& options) {
    const SimTime last = std::min(options.until.value_or(longest_run), longest_run);
    const SimTime clear = last - platform.topology().look_ahead_span(); // of TLPs that start after the end
    while (!activity.done()) {
        if (options.interrupted()) {
            return cli::RunEnd::interrupted;
        }
        if (now() >= last) {
            return cli::RunEnd::until;
        }
        if (now() >= clear) {
            platform.topology().stop_looking_ahead();
        }
        kernel.advance(std::min(slice, (now() < clear ? clear : last) - now()));
        if (platform.topology().standstill()) {
            return cli::RunEnd::violated;
        }
        options.progress({now(), timeline.current()});
    }
    activity.rethrow();
    return cli::RunEnd::completed;
}

/// Servers read their configuration spaces by requests, which take time and links: after everything that the run is
/// judged by, which is the same with and without dumps.
void dump_functions(Platform& platform, SimulationKernel& kernel, const cli::RunOptions& options) {
    const Activity dump("lspci", [&platform] { platform.dump_all_functions(); });
    while (!dump.done() && !options.interrupted()) {
        kernel.advance(slice);
    }
    dump.rethrow();
}

/// Until all that links have decided has started: it counts, so it must not depend on how far they looked ahead.
void settle(Platform& platform, SimulationKernel& kernel) {
    platform.topology().stop_looking_ahead();
    kernel.advance(platform.topology().look_ahead_span());
}

void drain(Platform& platform, SimulationKernel& kernel) {
    const SimTime end = now() + drain_limit;
    while (platform.frames_under_way() && now() < end && !platform.topology().standstill()) {
        kernel.advance(drain_slice);
    }
}

/// One part of a run. A rule that the model breaks in it ends the run, but what was found out up to then stays.
template <typename Part>
void perform(cli::RunOutcome& outcome, Part part) {
    try {
        part();
    } catch (const core::ModelViolation& violation) {
        outcome.end = cli::RunEnd::violated;
        outcome.violation = violation.what();
    }
}

} // namespace

cli::RunOutcome SystemcSimulation::run(const scenario::Config& config, const cli::RunOptions& options) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    SimulationKernel kernel;
    Platform platform(config, options);
    Timeline timeline(platform);
    const Activity play("timeline", [&] { timeline.play(config.timeline); });

    cli::RunOutcome outcome;
    perform(outcome, [&] { outcome.end = follow(play, platform, timeline, kernel, options); });
    if (outcome.end == cli::RunEnd::completed) {
        perform(outcome, [&] {
            settle(platform, kernel);
            drain(platform, kernel);
            if (!platform.topology().standstill()) {
                platform.check_conservation();
            }
        });
    }
    if (const std::optional<std::string>& reason = platform.topology().standstill()) {
        outcome.end = cli::RunEnd::violated;
        outcome.violation = *reason;
    }
    outcome.simulated_time = now();
    platform.files().finish();
    outcome.event_hash = platform.files().hash().value();
    outcome.metrics = platform.collect_metrics();
    outcome.stopped_sinks = platform.files().stopped_sinks();
    outcome.notes = platform.files().notes();
    if (outcome.end == cli::RunEnd::until && outcome.simulated_time >= longest_run) {
        outcome.notes.push_back(fmt::format("the run was ended at {} s, the longest that there is: "
                                            "the timeline had not come to its end",
                                            longest_run / 1s));
    }
    if (options.lspci && (outcome.end == cli::RunEnd::completed || outcome.end == cli::RunEnd::until)) {
        perform(outcome, [&] { dump_functions(platform, kernel, options); });
    }
    return outcome;
}

std::vector<std::string> SystemcSimulation::features() const { return {sc_core::sc_version()}; }

} // namespace rootpool::models

std::unique_ptr<rootpool::cli::Simulation> rootpool::cli::make_simulation() {
    return std::make_unique<models::SystemcSimulation>();
}
