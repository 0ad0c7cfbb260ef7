#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/host/operating_system.h"
#include "models/pcie/dma_probe.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/pcie/dma_bandwidth.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

class Platform;
class StepResults;

/// The step pcie_bench: lets a DMA probe transfer one size after the other, looks at what arrived, and compares the
/// bandwidth with the calculated and the published one. Waits; adds metrics and files.
///
/// A size of which transfers fail or do not end, as when the link goes down, ends the step: the console of the probe's
/// server says why. The next step has the driver of the probe set it up again.
class PcieBenchmark {
public:
    PcieBenchmark(Platform& platform, observe::MetricSet& metrics) noexcept : platform_(platform), metrics_(metrics) {}

    void run(const scenario::PcieBench& step);

private:
    struct Latency {
        SimTime min{};
        SimTime median{};
        SimTime p99{};
        SimTime max{};
    };
    /// What came out at one size. Bandwidths in b/s.
    struct Point {
        unsigned bytes = 0;
        std::uint64_t transfers = 0;
        std::uint64_t wrong_bytes = 0;
        std::uint64_t failed_transfers = 0;
        std::uint64_t lost_writes = 0; ///< requests
        std::uint64_t unexpected_completions = 0;
        std::string failure; ///< empty: there was none
        // None with fewer than two transfers, or if it failed:
        std::optional<double> measured;
        std::optional<Latency> latency;
        double calculated = 0;
        std::optional<double> published;

        [[nodiscard]] bool complete() const noexcept { return measured || latency; }
    };

    [[nodiscard]] Point measure(const scenario::PcieBench& step, unsigned bytes);
    [[nodiscard]] std::string cannot_start(const scenario::PcieBench& step);
    void transfer(const scenario::PcieBench& step, Point& point);
    void wait_for_end(const scenario::PcieBench& step, std::uint64_t writes_before);
    void take_result(const scenario::PcieBench& step, std::uint64_t writes_before, Point& point);
    static void take_measurement(const scenario::PcieBench& step, DmaResult& result, Point& point);
    [[nodiscard]] static std::string failure_of(const Point& point, std::uint64_t arrived, const DmaResult& result);
    void tell(const scenario::PcieBench& step, const Point& point);
    [[nodiscard]] pcie::DmaPath path_of(const scenario::PcieBench& step);
    [[nodiscard]] DmaProbe& probe_of(const scenario::PcieBench& step);
    [[nodiscard]] Server& server_of(const scenario::PcieBench& step);
    [[nodiscard]] OperatingSystem& system_of(const scenario::PcieBench& step);
    static void add_latency(StepResults& results, const Point& smallest);
    static void add_bandwidth(StepResults& results, const std::vector<Point>& points);
    void add_metrics(const scenario::PcieBench& step, const std::vector<Point>& points, SimTime start);
    void write_files(const scenario::PcieBench& step, const std::vector<Point>& points);

    Platform& platform_;
    observe::MetricSet& metrics_;
};

} // namespace rootpool::models
