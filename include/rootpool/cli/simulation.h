#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/observe/capture_limit.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/scenario/config.h"

/// The boundary between the commands and the simulator behind them.
namespace rootpool::cli {

/// How far a run is.
struct Progress {
    SimTime now{};
    std::string_view step; ///< what the timeline is doing
};

/// What the command line asks of a run.
struct RunOptions {
    /// An existing empty folder. Everything that the run writes goes below it: log/, console/, lspci/, pcap/,
    /// tlp.pcapng. The commands move it to its final name afterwards and add result.json.
    std::filesystem::path output_directory;
    std::optional<observe::CaptureWindow> window; ///< bounds the heavy outputs
    std::optional<SimTime> until;                 ///< the run ends here even if the timeline has not
    bool pcap = false;
    bool tlp_pcap = false;
    bool lspci = false; ///< lspci/<server>.txt of every server at the end; steps `lspci` write theirs in any case

    // The three hooks are always callable.
    /// A line of ping or iperf as it appears on a server's console.
    std::function<void(std::string_view server, std::string_view line)> console;
    /// To be called every few milliseconds of wall time, never per event.
    std::function<void(const Progress&)> progress;
    /// To be asked between slices of simulated time; true: end the run now. A few system calls.
    std::function<bool()> interrupted;
};

enum class RunEnd : std::uint8_t {
    completed,   ///< every step of the timeline ended
    until,       ///< stopped at RunOptions::until
    interrupted, ///< RunOptions::interrupted said so
    violated,    ///< the model broke a rule of its own: RunOutcome::violation
};

/// What a run found out, up to its end in every case.
struct RunOutcome {
    RunEnd end = RunEnd::completed;
    std::string violation; ///< empty unless RunEnd::violated
    SimTime simulated_time{};
    std::uint64_t event_hash = 0;
    observe::MetricSet metrics;
    std::vector<observe::StoppedSink> stopped_sinks;
    std::vector<std::string> notes; ///< lines for standard error: what was left out, and why
};

/// Runs scenarios. Throws observe::OutputError (exit status 4), and core::ModelViolation (3) if the model cannot even
/// be set up.
class Simulation {
public:
    Simulation() = default;
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;
    virtual ~Simulation() = default;

    [[nodiscard]] virtual RunOutcome run(const scenario::Config& config, const RunOptions& options) = 0;
    /// What --version lists: "SystemC 2.3.4", ...
    [[nodiscard]] virtual std::vector<std::string> features() const = 0;
};

} // namespace rootpool::cli
