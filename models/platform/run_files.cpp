#include "models/platform/run_files.h"

#include <fmt/format.h>

#include "models/core/scheduler.h"
#include "models/platform/topology.h"
#include "rootpool/observe/atomic_file.h"

namespace rootpool::models {

RunFiles::RunFiles(const scenario::Config& config, const cli::RunOptions& options) : folder_(options.output_directory) {
    make_logs(config, options);
    if (config.multi_root_switch) {
        for (const scenario::ServerId id : config.multi_root_switch->upstream) {
            const std::string link = Topology::link_label(config.server(id).name);
            aliases_.watch_root(link + ".up", link + ".down");
        }
    }
    tlps_.add(hash_);
    frames_.add(hash_);
    tlps_.add(aliases_);
    make_captures(options);
}

void RunFiles::make_logs(const scenario::Config& config, const cli::RunOptions& options) {
    logs_.reserve(config.servers.size()); // the logs' clocks point into it
    for (const scenario::ServerConfig& server : config.servers) {
        ServerLogs& logs = logs_.emplace_back();
        logs.name = server.name;
        logs.kernel = std::make_unique<observe::KernelLogFile>([&logs] { return now() - logs.powered_on; });
        logs.console = std::make_unique<observe::ConsoleFile>(
            [print = options.console, name = server.name](std::string_view line) { print(name, line); });
    }
}

void RunFiles::make_captures(const cli::RunOptions& options) {
    if (options.pcap) {
        frames_.add(frame_capture_.emplace(folder_ / "pcap", options.window));
    }
    if (options.tlp_pcap) {
        tlps_.add(tlp_capture_.emplace(folder_ / "tlp.pcapng", options.window));
    }
}

void RunFiles::write_lspci(const std::string& server, const std::string& label, const std::string& text) const {
    const std::string name = label.empty() ? server + ".txt" : fmt::format("{}.{}.txt", server, label);
    observe::write_atomically(folder_ / "lspci" / name, text);
}

void RunFiles::write_series(const observe::Plot& plot, const std::string& csv) {
    observe::write_atomically(folder_ / "data" / (plot.name + ".csv"), csv);
    observe::write_atomically(folder_ / "plot" / (plot.name + ".gp"), observe::gnuplot_script(plot));
    if (observe::has_values(plot, csv)) {
        plots_.push_back(plot.name);
    } else {
        notes_.push_back(fmt::format("nothing to draw: no plot/{0}.svg, data/{0}.csv has no value", plot.name));
    }
}

void RunFiles::draw_plots() {
    for (const std::string& name : plots_) {
        const observe::Drawn drawn = observe::draw(folder_ / "plot", name);
        if (drawn == observe::Drawn::no_gnuplot) {
            notes_.emplace_back("gnuplot is not installed: plot/ holds scripts only, data/ the numbers");
            return;
        }
        if (drawn == observe::Drawn::failed) {
            notes_.push_back(fmt::format("gnuplot failed: no plot/{}.svg", name));
        }
    }
}

void RunFiles::finish() {
    tlps_.clear();
    frames_.clear();
    aliases_.finish();
    for (const ServerLogs& logs : logs_) {
        logs.kernel->write(folder_ / "log" / (logs.name + ".txt"));
        logs.console->write(folder_ / "console" / (logs.name + ".txt"));
    }
    if (frame_capture_) {
        frame_capture_->finish();
    }
    if (tlp_capture_) {
        tlp_capture_->finish();
    }
    draw_plots();
}

std::vector<observe::StoppedSink> RunFiles::stopped_sinks() const {
    std::vector<observe::StoppedSink> stopped;
    const auto note = [&stopped](const std::optional<observe::StoppedSink>& sink) {
        if (sink) {
            stopped.push_back(*sink);
        }
    };
    if (frame_capture_) {
        note(frame_capture_->stopped());
    }
    if (tlp_capture_) {
        note(tlp_capture_->stopped());
    }
    return stopped;
}

} // namespace rootpool::models
