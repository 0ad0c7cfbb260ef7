// TLPs to bytes and back.
#include <benchmark/benchmark.h>
#include <stdexcept>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::bench {
namespace {

constexpr pcie::Bdf function(3, 0x10, 0);
constexpr pcie::Tag tag(7);
constexpr std::uint64_t address = 0x1'2345'6000;
constexpr unsigned payload = 128;

[[nodiscard]] pcie::TlpHeader read() { return pcie::memory_read(function, tag, address, 4 * payload); }
[[nodiscard]] pcie::TlpHeader write() { return pcie::memory_write(function, tag, address, payload); }
[[nodiscard]] pcie::TlpHeader completion() {
    return pcie::completion_with_data(pcie::memory_read(function, tag, address, payload), pcie::Bdf());
}

void pack(benchmark::State& state, pcie::TlpHeader (*make)()) {
    const pcie::TlpHeader header = make();
    const std::vector<std::uint8_t> data(pcie::payload_bytes(header), 0x5A);
    std::vector<std::uint8_t> bytes;
    while (state.KeepRunning()) {
        bytes.clear();
        pcie::encode(header, data, bytes);
        benchmark::DoNotOptimize(bytes.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}

void unpack(benchmark::State& state, pcie::TlpHeader (*make)()) {
    const pcie::TlpHeader header = make();
    const std::vector<std::uint8_t> data(pcie::payload_bytes(header), 0x5A);
    std::vector<std::uint8_t> bytes;
    pcie::encode(header, data, bytes);
    while (state.KeepRunning()) {
        const auto decoded = pcie::decode_tlp(bytes);
        if (!std::holds_alternative<pcie::DecodedTlp>(decoded)) {
            throw std::logic_error("the TLP of the benchmark was refused");
        }
        benchmark::DoNotOptimize(decoded);
    }
    state.SetItemsProcessed(state.iterations());
}

/// What every rewrite of a header in the switch costs: a new TLP that shares the payload.
void view(benchmark::State& state) {
    pcie::TlpFactory factory;
    const std::vector<std::uint8_t> data(payload, 0x5A);
    const pcie::TlpPtr tlp = factory.make(write(), data);
    while (state.KeepRunning()) {
        const pcie::TlpPtr rewritten = factory.view(*tlp, tlp->header, pcie::RootId(1));
        benchmark::DoNotOptimize(rewritten.get());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(pack, memory_read, read);
BENCHMARK_CAPTURE(pack, memory_write_128, write);
BENCHMARK_CAPTURE(pack, completion_128, completion);
BENCHMARK_CAPTURE(unpack, memory_read, read);
BENCHMARK_CAPTURE(unpack, memory_write_128, write);
BENCHMARK_CAPTURE(unpack, completion_128, completion);
BENCHMARK(view);

} // namespace
} // namespace rootpool::bench
