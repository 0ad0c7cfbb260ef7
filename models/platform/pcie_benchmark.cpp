#include "models/platform/pcie_benchmark.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "models/pcie/dma_pattern.h"
#include "models/platform/config_mapping.h"
#include "models/platform/platform.h"
#include "models/platform/step_results.h"
#include "rootpool/core/error.h"

namespace rootpool::models {

using scenario::PcieBenchOperation;

namespace {

/// Two buffers above 4 GiB, where addresses have 64 bits, each in one piece of host::HostMemory; a transfer of a page
/// begins in each of their pages but the last.
constexpr std::uint64_t buffer_bytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t read_buffer = std::uint64_t{1} << 32U;
constexpr std::uint64_t write_buffer = read_buffer + buffer_bytes;
constexpr std::uint64_t page_bytes = 4096;
constexpr unsigned pages = buffer_bytes / page_bytes - 1;

/// The longest that reads of the last transfers may take: the largest completion timeout (PCIe base 7.5.3.16, range B).
constexpr SimTime longest_drain = 50ms;
constexpr SimTime drain_step = 1us;

constexpr double percent = 100;
constexpr double gigabit = 1e9;

[[nodiscard]] pcie::DmaOperation operation_of(PcieBenchOperation operation) noexcept {
    switch (operation) {
    case PcieBenchOperation::write:
        return pcie::DmaOperation::write;
    case PcieBenchOperation::read_write:
        return pcie::DmaOperation::read_write;
    default:
        return pcie::DmaOperation::read;
    }
}

[[nodiscard]] double deviation(double measured, double expected) noexcept {
    return percent * (measured - expected) / expected;
}

[[nodiscard]] double nanoseconds(SimTime time) { return std::chrono::duration<double, std::nano>(time).count(); }

/// Of the writes into `buffer`, bytes in memory that are not what was sent. A page that no write of the run has reached
/// is still zero.
[[nodiscard]] std::uint64_t count_wrong(core::ByteView buffer, unsigned bytes, std::uint64_t transfers) {
    std::uint64_t wrong = 0;
    const std::uint64_t reached = std::min<std::uint64_t>(transfers, pages);
    for (std::uint64_t page = 0; page < reached; ++page) {
        wrong += DmaPattern::count_wrong(write_buffer + page * page_bytes, buffer.subspan(page * page_bytes, bytes));
    }
    return wrong;
}

} // namespace

void PcieBenchmark::run(const scenario::PcieBench& step) {
    const SimTime start = now();
    std::vector<Point> points;
    for (unsigned bytes = step.first; bytes <= step.last; bytes += step.step) {
        points.push_back(measure(step, bytes));
    }
    add_metrics(step, points, start);
    write_files(step, points);
}

host::HostMemory& PcieBenchmark::memory_of(const scenario::PcieBench& step) {
    return platform_.topology().server(*platform_.config().device(step.device).attach).memory();
}

pcie::DmaPath PcieBenchmark::path_of(const scenario::PcieBench& step) {
    const scenario::DeviceConfig& device = platform_.config().device(step.device);
    const scenario::ServerConfig& server = platform_.config().server(*device.attach);
    const DmaProbeFunction& function = platform_.topology().dma_probe(step.device)->function();
    return {attached_link_config(server, device).parameters, function.max_payload(), function.max_read_request(),
            server.link.dllp_accounting};
}

/// Until nothing is under way any more.
void PcieBenchmark::transfer(const scenario::PcieBench& step, unsigned bytes) {
    DmaProbe& probe = *platform_.topology().dma_probe(step.device);
    DmaRun run;
    run.operation = operation_of(step.operation);
    run.bytes = bytes;
    run.read_from = read_buffer;
    run.write_to = write_buffer;
    run.pages = pages;
    run.one_at_a_time = step.operation == PcieBenchOperation::read_latency;
    run.warm_up = step.warm_up;
    run.duration = step.duration;
    probe.start(run);
    sc_core::wait(to_sc_time(step.warm_up + step.duration));
    wait_until_idle(probe, step.name);
}

PcieBenchmark::Point PcieBenchmark::measure(const scenario::PcieBench& step, unsigned bytes) {
    const core::MutableByteView written = memory_of(step).view(write_buffer, buffer_bytes);
    std::ranges::fill(written, std::uint8_t{0});
    DmaPattern::fill(read_buffer, memory_of(step).view(read_buffer, buffer_bytes));
    transfer(step, bytes);

    platform_.topology().server(*platform_.config().device(step.device).attach).root_complex().settle_writes();
    DmaResult& result = platform_.topology().dma_probe(step.device)->result();
    const pcie::DmaOperation operation = operation_of(step.operation);
    const pcie::DmaPath path = path_of(step);
    Point point;
    point.bytes = bytes;
    point.transfers = operation == pcie::DmaOperation::write ? result.writes.transfers() : result.reads.transfers();
    point.wrong_bytes = result.wrong_bytes + count_wrong(written, bytes, result.writes_sent);
    if (point.wrong_bytes != 0 || result.failed_transfers != 0) {
        throw core::ModelViolation(fmt::format("{}: {} wrong bytes, {} failed transfers of {} bytes", step.name,
                                               point.wrong_bytes, result.failed_transfers, bytes));
    }
    point.measured = result.bandwidth(operation);
    point.calculated = pcie::dma_bandwidth(path, operation, bytes);
    point.published = pcie::published_bandwidth(path, operation, bytes);
    point.latency_min = result.latency.percentile(0);
    point.latency_median = result.latency.percentile(50);
    point.latency_p99 = result.latency.percentile(99);
    point.latency_max = result.latency.percentile(100);
    return point;
}

/// And until what was sent is visible in memory.
void PcieBenchmark::wait_until_idle(DmaProbe& probe, const std::string& name) const {
    const SimTime last = now() + longest_drain;
    do {
        if (probe.result().returned_tlps != 0) {
            throw core::ModelViolation(name + ": the link of the DMA probe went down");
        }
        if (now() > last) {
            throw core::ModelViolation(name + ": transfers of the DMA probe do not end");
        }
        sc_core::wait(to_sc_time(drain_step));
    } while (!probe.idle());
    sc_core::wait(to_sc_time(drain_step));
}

void PcieBenchmark::add_metrics(const scenario::PcieBench& step, const std::vector<Point>& points, SimTime start) {
    std::uint64_t transfers = 0;
    std::uint64_t table_points = 0;
    double formula_deviation = 0;
    double table_deviation = 0;
    for (const Point& point : points) {
        transfers += point.transfers;
        formula_deviation = std::max(formula_deviation, std::abs(deviation(point.measured, point.calculated)));
        if (point.published) {
            ++table_points;
            table_deviation = std::max(table_deviation, std::abs(deviation(point.measured, *point.published)));
        }
    }
    StepResults results(metrics_, "pcie_bench", step.name);
    results.add("points", points.size());
    results.add("transfers", transfers);
    results.add("wrong_bytes", std::uint64_t{0}); // any other number ended the run
    if (step.operation == PcieBenchOperation::read_latency) {
        results.add("latency_min", points.front().latency_min);
        results.add("latency_median", points.front().latency_median);
        results.add("latency_p99", points.front().latency_p99);
        results.add("latency_max", points.front().latency_max);
    } else {
        const auto [slowest, fastest] = std::ranges::minmax(points, {}, &Point::measured);
        results.add("bandwidth_min", slowest.measured);
        results.add("bandwidth_max", fastest.measured);
        results.add("formula_deviation", formula_deviation);
        results.add("table_points", table_points);
        if (table_points != 0) {
            results.add("table_deviation", table_deviation);
        }
    }
    results.add("start", start);
}

void PcieBenchmark::write_files(const scenario::PcieBench& step, const std::vector<Point>& points) {
    if (step.operation == PcieBenchOperation::read_latency) {
        std::string csv = "size_bytes,transfers,min_ns,median_ns,p99_ns,max_ns\n";
        for (const Point& point : points) {
            csv += fmt::format("{},{},{:.3f},{:.3f},{:.3f},{:.3f}\n", point.bytes, point.transfers,
                               nanoseconds(point.latency_min), nanoseconds(point.latency_median),
                               nanoseconds(point.latency_p99), nanoseconds(point.latency_max));
        }
        platform_.files().write_series({step.name,
                                        "Latency of DMA reads",
                                        "size in bytes",
                                        "latency in ns",
                                        {{3, "smallest"}, {4, "median"}, {5, "99th percentile"}, {6, "largest"}}},
                                       csv);
        return;
    }
    std::string csv = "size_bytes,transfers,measured_gbps,calculated_gbps,published_gbps,calculated_deviation_percent,"
                      "published_deviation_percent\n";
    for (const Point& point : points) {
        csv += fmt::format("{},{},{:.4f},{:.4f},", point.bytes, point.transfers, point.measured / gigabit,
                           point.calculated / gigabit);
        csv += point.published ? fmt::format("{:.2f}", *point.published / gigabit) : "";
        csv += fmt::format(",{:.3f},", deviation(point.measured, point.calculated));
        csv += point.published ? fmt::format("{:.3f}\n", deviation(point.measured, *point.published)) : "\n";
    }
    platform_.files().write_series({step.name,
                                    "Bandwidth of DMA, one direction",
                                    "size in bytes",
                                    "payload in Gb/s",
                                    {{3, "measured", true}, {4, "calculated"}, {5, "published"}}},
                                   csv);
}

} // namespace rootpool::models
