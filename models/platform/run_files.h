#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rootpool/cli/simulation.h"
#include "rootpool/observe/alias_monitor.h"
#include "rootpool/observe/event_hash.h"
#include "rootpool/observe/frame_capture.h"
#include "rootpool/observe/kernel_log_file.h"
#include "rootpool/observe/observer_fanout.h"
#include "rootpool/observe/plot.h"
#include "rootpool/observe/tlp_capture.h"

namespace rootpool::models {

/// Everything that a run writes below its output folder, and the observers that feed it.
class RunFiles {
public:
    RunFiles(const scenario::Config& config, const cli::RunOptions& options);

    [[nodiscard]] pcie::TlpObserver& tlps() noexcept { return tlps_; }
    [[nodiscard]] net::FrameObserver& frames() noexcept { return frames_; }
    [[nodiscard]] host::KernelLog& kernel_log(scenario::ServerId server) { return *logs_.at(server.index()).kernel; }
    [[nodiscard]] observe::ConsoleFile& console(scenario::ServerId server) { return *logs_.at(server.index()).console; }
    /// The kernel log of a server counts from here.
    void powered_on(scenario::ServerId server, SimTime now) { logs_.at(server.index()).powered_on = now; }
    /// lspci/<server>.txt, or with a label lspci/<server>.<label>.txt.
    void write_lspci(const std::string& server, const std::string& label, const std::string& text) const;

    /// data/<name>.csv and plot/<name>.gp; finish() draws plot/<name>.svg, if there is a value to draw.
    void write_series(const observe::Plot& plot, const std::string& csv);

    /// Ends captures, writes logs and draws plots; what happens from here on is not observed any more. Throws
    /// observe::OutputError, as everything here.
    void finish();

    [[nodiscard]] const observe::EventHash& hash() const noexcept { return hash_; }
    [[nodiscard]] const observe::AliasMonitor& aliases() const noexcept { return aliases_; }
    [[nodiscard]] std::vector<observe::StoppedSink> stopped_sinks() const;
    /// What the user should know of the files, a line each.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

private:
    struct ServerLogs {
        std::string name;
        SimTime powered_on{};
        std::unique_ptr<observe::KernelLogFile> kernel;
        std::unique_ptr<observe::ConsoleFile> console;
    };

    void make_logs(const scenario::Config& config, const cli::RunOptions& options);
    void make_captures(const cli::RunOptions& options);
    void draw_plots();

    std::filesystem::path folder_;
    std::vector<ServerLogs> logs_;
    std::vector<std::string> plots_; ///< their names
    std::vector<std::string> notes_;
    observe::EventHash hash_;
    observe::AliasMonitor aliases_;
    std::optional<observe::FrameCapture> frame_capture_;
    std::optional<observe::TlpCapture> tlp_capture_;
    observe::TlpFanout tlps_;
    observe::FrameFanout frames_;
};

} // namespace rootpool::models
