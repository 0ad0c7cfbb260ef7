#include "models/platform/simulation.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>

#include "models/platform/platform.h"
#include "models/platform/timeline.h"
#include "rootpool/cli/program.h"
#include "rootpool/core/error.h"

namespace rootpool::models {

namespace {

/// SystemC's main() prints a copyright banner, which has no place in the output of a tool, unless this is set before it
/// starts.
[[maybe_unused]] const int banner_off = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);

/// Simulated time between two looks at the keyboard and the progress line.
constexpr SimTime slice = 1ms;
/// After the timeline, frames that are still under way get this long to arrive.
constexpr SimTime drain_step = 100us;
constexpr SimTime drain_limit = 1s;

/// The thread of the timeline and how it ended.
class TimelineThread {
public:
    TimelineThread(Platform& platform, bool dump_functions) : platform_(platform), timeline_(platform) {
        sc_core::sc_spawn([this, dump_functions] { run(dump_functions); }, "timeline");
    }
    [[nodiscard]] bool done() const noexcept { return done_; }
    [[nodiscard]] const std::string& step() const noexcept { return timeline_.current(); }
    void rethrow() const {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
    }

private:
    /// SystemC does not let exceptions out of a process.
    void run(bool dump_functions) {
        try {
            timeline_.play(platform_.config().timeline);
            if (dump_functions) {
                platform_.dump_all_functions();
            }
        } catch (const std::exception&) {
            failure_ = std::current_exception();
        }
        done_ = true;
        sc_core::sc_pause();
    }

    Platform& platform_;
    Timeline timeline_;
    std::exception_ptr failure_;
    bool done_ = false;
};

/// SystemC hands on what a process threw as a report.
void advance(SimTime span) {
    try {
        sc_core::sc_start(to_sc_time(span));
    } catch (const sc_core::sc_report& report) {
        throw core::ModelViolation(report.get_msg());
    }
}

[[nodiscard]] cli::RunEnd play(const TimelineThread& timeline, const cli::RunOptions& options) {
    const SimTime last = options.until.value_or(core::never);
    while (!timeline.done()) {
        if (options.interrupted()) {
            return cli::RunEnd::interrupted;
        }
        if (now() >= last) {
            return cli::RunEnd::until;
        }
        advance(std::min(slice, last - now()));
        options.progress({now(), timeline.step()});
    }
    timeline.rethrow();
    return cli::RunEnd::completed;
}

void drain(Platform& platform) {
    const SimTime end = now() + drain_limit;
    while (platform.frames_under_way() && now() < end) {
        advance(drain_step);
    }
}

} // namespace

cli::RunOutcome SystemcSimulation::run(const scenario::Config& config, const cli::RunOptions& options) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    Platform platform(config, options);
    const TimelineThread timeline(platform, options.lspci);

    cli::RunOutcome outcome;
    outcome.end = play(timeline, options);
    outcome.simulated_time = now();
    if (outcome.end == cli::RunEnd::completed) {
        drain(platform);
        platform.check_conservation();
    }
    platform.files().finish();
    outcome.event_hash = platform.files().hash().value();
    outcome.metrics = platform.collect_metrics();
    outcome.stopped_sinks = platform.files().stopped_sinks();
    return outcome;
}

std::vector<std::string> SystemcSimulation::features() const { return {sc_core::sc_version()}; }

} // namespace rootpool::models

std::unique_ptr<rootpool::cli::Simulation> rootpool::cli::make_simulation() {
    return std::make_unique<models::SystemcSimulation>();
}
