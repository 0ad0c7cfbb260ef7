// The sharing engine without time, all tables full: host time per TLP in both directions.
#include <benchmark/benchmark.h>
#include <stdexcept>

#include "bench/full_pool.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::bench {
namespace {

using pooling::EngineOutput;
using Tlps = std::vector<pcie::TlpPtr>;

constexpr unsigned payload = 128;
constexpr pcie::Tag tag(7);
constexpr pcie::Bdf root_complex;
constexpr std::uint64_t host_buffer = 0x1'2345'6000;

/// One TLP for each lent function.
template <typename Header>
[[nodiscard]] Tlps tlps_of_all(FullPool& pool, Header&& header) {
    Tlps tlps;
    for (const LentFunction& function : pool.lent()) {
        tlps.push_back(pool.make(header(function), function.root));
    }
    return tlps;
}

/// What is measured must be the path that a TLP takes when nothing is wrong.
[[nodiscard]] const pcie::Tlp& forwarded(const EngineOutput& output) {
    if (output.action != EngineOutput::Action::forward) {
        throw std::logic_error("the sharing engine refused a TLP of the benchmark");
    }
    return *output.tlp;
}

/// Sends the TLPs round and round; each costs one call of `send`, which passes `tlps_each` TLPs.
template <typename Send>
void run(benchmark::State& state, const Tlps& tlps, int tlps_each, Send&& send) {
    std::size_t next = 0;
    while (state.KeepRunning()) {
        benchmark::DoNotOptimize(send(*tlps[next]));
        next = next + 1 == tlps.size() ? 0 : next + 1;
    }
    state.SetItemsProcessed(state.iterations() * tlps_each);
}

void run_to_device(benchmark::State& state, FullPool& pool, const Tlps& tlps) {
    run(state, tlps, 1, [&](const pcie::Tlp& tlp) { return &forwarded(pool.engine().from_root(tlp, SimTime{})); });
}

void run_from_device(benchmark::State& state, FullPool& pool, const Tlps& tlps) {
    run(state, tlps, 1, [&](const pcie::Tlp& tlp) { return &forwarded(pool.engine().from_device(tlp, SimTime{})); });
}

/// A driver writes a tail register.
void register_write(benchmark::State& state, std::string_view route) {
    FullPool pool(route);
    run_to_device(state, pool, tlps_of_all(pool, [](const LentFunction& function) {
                      return pcie::memory_write(root_complex, tag, function.bar0 + 0x18, 4);
                  }));
}

/// Data that a VF read from host memory.
void dma_read_completion(benchmark::State& state, std::string_view route) {
    FullPool pool(route);
    run_to_device(state, pool, tlps_of_all(pool, [](const LentFunction& function) {
                      return pcie::completion_with_data(pcie::memory_read(function.at_slave, tag, host_buffer, payload),
                                                        root_complex);
                  }));
}

/// A VF writes a received frame.
void dma_write(benchmark::State& state, std::string_view route) {
    FullPool pool(route);
    run_from_device(state, pool, tlps_of_all(pool, [](const LentFunction& function) {
                        return pcie::memory_write(function.at_device, tag, host_buffer, payload);
                    }));
}

/// A VF reads a frame to be sent.
void dma_read(benchmark::State& state, std::string_view route) {
    FullPool pool(route);
    run_from_device(state, pool, tlps_of_all(pool, [](const LentFunction& function) {
                        return pcie::memory_read(function.at_device, tag, host_buffer, 4 * payload);
                    }));
}

/// A driver reads a register: the request with its way back remembered, and the completion by it. Two TLPs.
void register_read(benchmark::State& state, std::string_view route) {
    FullPool pool(route);
    const Tlps reads = tlps_of_all(
        pool, [](const LentFunction& function) { return pcie::memory_read(root_complex, tag, function.bar0 + 8, 4); });
    std::size_t function = 0;
    run(state, reads, 2, [&](const pcie::Tlp& tlp) {
        const EngineOutput sent = pool.engine().from_root(tlp, SimTime{});
        const pcie::Bdf completer = pool.lent()[function].at_device;
        function = function + 1 == pool.lent().size() ? 0 : function + 1;
        const pcie::TlpPtr answer = pool.make(pcie::completion_with_data(forwarded(sent).header, completer));
        return &forwarded(pool.engine().from_device(*answer, SimTime{}));
    });
}

BENCHMARK_CAPTURE(register_write, scoreboard, "scoreboard");
BENCHMARK_CAPTURE(register_write, completer_id, "completer_id");
BENCHMARK_CAPTURE(register_read, scoreboard, "scoreboard");
BENCHMARK_CAPTURE(register_read, completer_id, "completer_id");
BENCHMARK_CAPTURE(dma_read, scoreboard, "scoreboard");
BENCHMARK_CAPTURE(dma_read_completion, scoreboard, "scoreboard");
BENCHMARK_CAPTURE(dma_write, scoreboard, "scoreboard");

} // namespace
} // namespace rootpool::bench
