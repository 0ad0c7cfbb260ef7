#include "models/platform/pcie_benchmark.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "models/pcie/dma_pattern.h"
#include "models/platform/config_mapping.h"
#include "models/platform/platform.h"

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

/// The longest that the last transfers may take to their end: the largest completion timeout (PCIe base 7.5.3.16, range
/// B).
constexpr SimTime longest_drain = 50ms;
constexpr SimTime drain_step = 1us;

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
        tell(step, points.back());
        if (!points.back().failure.empty()) {
            break;
        }
    }
    add_metrics(step, points, start);
    write_files(step, points);
}

Server& PcieBenchmark::server_of(const scenario::PcieBench& step) {
    return platform_.topology().server(*platform_.config().device(step.device).attach);
}

OperatingSystem& PcieBenchmark::system_of(const scenario::PcieBench& step) {
    return platform_.system(*platform_.config().device(step.device).attach);
}

DmaProbe& PcieBenchmark::probe_of(const scenario::PcieBench& step) {
    return *platform_.topology().dma_probe(step.device);
}

pcie::DmaPath PcieBenchmark::path_of(const scenario::PcieBench& step) {
    const scenario::DeviceConfig& device = platform_.config().device(step.device);
    const scenario::ServerConfig& server = platform_.config().server(*device.attach);
    const DmaProbeFunction& function = probe_of(step).function();
    return {attached_link_config(server, device).parameters, function.max_payload(), function.max_read_request(),
            server.link.dllp_accounting};
}

PcieBenchmark::Point PcieBenchmark::measure(const scenario::PcieBench& step, unsigned bytes) {
    Point point;
    point.bytes = bytes;
    point.failure = cannot_start(step); // first, because it may set up the probe
    point.calculated = pcie::dma_bandwidth(path_of(step), operation_of(step.operation), bytes);
    point.published = pcie::published_bandwidth(path_of(step), operation_of(step.operation), bytes);
    if (point.failure.empty()) {
        transfer(step, point);
    }
    return point;
}

std::string PcieBenchmark::cannot_start(const scenario::PcieBench& step) {
    const std::string& name = platform_.config().device(step.device).name;
    const bool enabled = probe_of(step).function().bus_master_enabled() ||
                         (system_of(step).restore_dma_probe() && probe_of(step).function().bus_master_enabled());
    if (!enabled) {
        return name + " is not enabled: software does not reach it, as when its link is down";
    }
    return probe_of(step).idle() ? "" : name + " has not ended the transfers of an earlier step";
}

void PcieBenchmark::transfer(const scenario::PcieBench& step, Point& point) {
    host::HostMemory& memory = server_of(step).memory();
    std::ranges::fill(memory.view(write_buffer, buffer_bytes), std::uint8_t{0});
    DmaPattern::fill(read_buffer, memory.view(read_buffer, buffer_bytes));
    DmaRun run;
    run.operation = operation_of(step.operation);
    run.bytes = point.bytes;
    run.read_from = read_buffer;
    run.write_to = write_buffer;
    run.pages = pages;
    run.one_at_a_time = step.operation == PcieBenchOperation::read_latency;
    run.warm_up = step.warm_up;
    run.duration = step.duration;
    const std::uint64_t writes_before = server_of(step).root_complex().counters().writes;
    probe_of(step).start(run);
    platform_.topology().scheduler().wait_for(step.warm_up + step.duration);
    wait_for_end(step, writes_before);
    take_result(step, writes_before, point);
}

/// Until no transfer is under way and every write is in memory; no longer than longest_drain.
void PcieBenchmark::wait_for_end(const scenario::PcieBench& step, std::uint64_t writes_before) {
    DmaProbe& probe = probe_of(step);
    RootComplex& root = server_of(step).root_complex();
    Scheduler& scheduler = platform_.topology().scheduler();
    const SimTime last = now() + longest_drain;
    do {
        scheduler.wait_for(drain_step);
    } while (!probe.idle() && now() < last);
    do {
        scheduler.wait_for(drain_step);
        root.settle_writes();
    } while (root.counters().writes - writes_before != probe.result().write_requests && now() < last);
}

void PcieBenchmark::take_result(const scenario::PcieBench& step, std::uint64_t writes_before, Point& point) {
    DmaProbe& probe = probe_of(step);
    DmaResult& result = probe.result();
    const std::uint64_t arrived = server_of(step).root_complex().counters().writes - writes_before;
    const bool ended = probe.idle() && arrived == result.write_requests && !result.reset;
    if (!ended) {
        probe.give_up();
    }
    point.transfers = operation_of(step.operation) == pcie::DmaOperation::write ? result.writes.transfers()
                                                                                : result.reads.transfers();
    point.failed_transfers = result.failed_transfers;
    point.lost_writes = result.write_requests - std::min(arrived, result.write_requests);
    point.unexpected_completions = result.unexpected_completions;
    point.wrong_bytes = result.wrong_bytes;
    if (ended) {
        point.wrong_bytes +=
            count_wrong(server_of(step).memory().view(write_buffer, buffer_bytes), point.bytes, result.writes_sent);
    }
    if (!ended || point.failed_transfers != 0) {
        point.failure = failure_of(point, arrived, result);
        return;
    }
    take_measurement(step, result, point);
}

void PcieBenchmark::take_measurement(const scenario::PcieBench& step, DmaResult& result, Point& point) {
    if (step.operation != PcieBenchOperation::read_latency) {
        point.measured = result.bandwidth(operation_of(step.operation));
    } else if (result.latency.count() > 1) {
        point.latency = {result.latency.percentile(0), result.latency.percentile(50), result.latency.percentile(99),
                         result.latency.percentile(100)};
    }
}

std::string PcieBenchmark::failure_of(const Point& point, std::uint64_t arrived, const DmaResult& result) {
    std::string text = result.reset ? "the link went down and reset the probe; " : "";
    if (result.reset && point.failed_transfers != 0) {
        text += fmt::format("{} transfers had not ended; ", point.failed_transfers);
    } else if (point.failed_transfers != 0) {
        text += fmt::format("{} transfers ended with an error or had no completions for {} ms; ",
                            point.failed_transfers, longest_drain / 1ms);
    }
    if (point.lost_writes != 0) {
        text += fmt::format("{} write requests did not arrive in {} ms; ", point.lost_writes, longest_drain / 1ms);
    }
    if (arrived > result.write_requests) {
        text += "writes of an earlier step arrived; ";
    }
    return text + "the step ends";
}

void PcieBenchmark::tell(const scenario::PcieBench& step, const Point& point) {
    observe::ConsoleFile& console = platform_.files().console(*platform_.config().device(step.device).attach);
    const std::string what = fmt::format("pcie_bench {}, {} bytes: ", step.name, point.bytes);
    if (!point.failure.empty()) {
        console.line(what + point.failure);
    }
    if (point.wrong_bytes != 0) {
        console.line(fmt::format("{}{} wrong bytes", what, point.wrong_bytes));
    }
}

} // namespace rootpool::models
