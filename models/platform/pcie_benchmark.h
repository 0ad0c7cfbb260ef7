#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/pcie/dma_probe.h"
#include "rootpool/host/host_memory.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/pcie/dma_bandwidth.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

class Platform;

/// The step pcie_bench: lets a DMA probe transfer one size after the other, looks at what arrived, and compares the
/// bandwidth with the calculated and the published one. Waits; adds metrics and files.
class PcieBenchmark {
public:
    PcieBenchmark(Platform& platform, observe::MetricSet& metrics) noexcept : platform_(platform), metrics_(metrics) {}

    /// Throws core::ModelViolation when bytes are wrong or transfers fail or do not end.
    void run(const scenario::PcieBench& step);

private:
    /// What was measured at one size. Bandwidths in b/s.
    struct Point {
        unsigned bytes = 0;
        std::uint64_t transfers = 0;
        std::uint64_t wrong_bytes = 0;
        double measured = 0;
        double calculated = 0;
        std::optional<double> published;
        SimTime latency_min{};
        SimTime latency_median{};
        SimTime latency_p99{};
        SimTime latency_max{};
    };

    [[nodiscard]] Point measure(const scenario::PcieBench& step, unsigned bytes);
    void transfer(const scenario::PcieBench& step, unsigned bytes);
    void wait_until_idle(DmaProbe& probe, const std::string& name) const;
    [[nodiscard]] pcie::DmaPath path_of(const scenario::PcieBench& step);
    [[nodiscard]] host::HostMemory& memory_of(const scenario::PcieBench& step);
    void add_metrics(const scenario::PcieBench& step, const std::vector<Point>& points, SimTime start);
    void write_files(const scenario::PcieBench& step, const std::vector<Point>& points);

    Platform& platform_;
    observe::MetricSet& metrics_;
};

} // namespace rootpool::models
