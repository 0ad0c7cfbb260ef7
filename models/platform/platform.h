#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/host/operating_system.h"
#include "models/platform/pcie_benchmark.h"
#include "models/platform/run_files.h"
#include "models/platform/topology.h"
#include "models/platform/workloads.h"
#include "rootpool/cli/simulation.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

/// One run of a scenario: hardware, operating systems, files, and what the timeline measures.
class Platform {
public:
    Platform(const scenario::Config& config, const cli::RunOptions& options);
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;
    ~Platform();

    [[nodiscard]] const scenario::Config& config() const noexcept { return config_; }
    [[nodiscard]] Topology& topology() noexcept { return topology_; }
    [[nodiscard]] RunFiles& files() noexcept { return files_; }
    [[nodiscard]] OperatingSystem& system(scenario::ServerId id) { return *systems_.at(id.index()); }
    [[nodiscard]] Workloads& workloads() noexcept { return workloads_; }
    [[nodiscard]] PcieBenchmark& pcie_benchmark() noexcept { return pcie_benchmark_; }

    /// Boots a server. Waits until its drivers are up.
    void power_on(scenario::ServerId id);
    /// lspci/<server>.txt of every server that runs. Waits.
    void dump_all_functions();
    /// Metrics lspci.<label>.*: what the server's enumeration found.
    void note_functions(const std::string& label, scenario::ServerId id);

    /// Frames are on a cable or inside a device.
    [[nodiscard]] bool frames_under_way();
    /// Throws core::ModelViolation when frames or bytes are not accounted for.
    void check_conservation();
    [[nodiscard]] observe::MetricSet collect_metrics();

private:
    void make_systems();
    void add_device_metrics(observe::MetricSet& metrics);
    void add_fabric_metrics(observe::MetricSet& metrics);

    const scenario::Config& config_;
    RunFiles files_;
    Topology topology_;
    std::vector<std::unique_ptr<OperatingSystem>> systems_;
    Workloads workloads_;
    PcieBenchmark pcie_benchmark_;
    observe::MetricSet metrics_; ///< of steps that are done
};

} // namespace rootpool::models
