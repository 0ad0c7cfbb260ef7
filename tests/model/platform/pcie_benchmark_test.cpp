// The step pcie_bench on hardware that is at fault: what it finds is counted, not the end of the run.
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <variant>

#include "models/platform/platform.h"
#include "models/platform/timeline.h"
#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/scenario/parse.h"

namespace rootpool::models {
namespace {

constexpr std::uint64_t read_buffer = std::uint64_t{1} << 32U;
constexpr std::uint64_t write_buffer = read_buffer + (std::uint64_t{1} << 20U);
constexpr scenario::ServerId server(0);
constexpr scenario::DeviceId device(0);

constexpr const char* script = R"(
version: 1
name: faults
topology:
  servers: {server1: {max_payload: 256 B}}
  devices: {probe0: {model: dma-probe, attach: server1}}
timeline:
  - power_on: [server1]
  - pcie_bench: {name: damaged_source, device: probe0, operation: read_latency, sizes: 64 B}
  - pcie_bench: {name: damaged_target, device: probe0, operation: write, sizes: 64 B}
  - pcie_bench: {name: sound, device: probe0, operation: read_write, sizes: 64 B}
)";

class Faults : public testing::Test {
protected:
    static void SetUpTestSuite() { run_ = std::make_unique<Run>(); }
    static void TearDownTestSuite() { run_.reset(); }

    static std::int64_t count(const std::string& name) {
        const observe::Metric* metric = run_->metrics.find("pcie_bench." + name);
        return metric == nullptr ? -1 : std::get<std::int64_t>(metric->value);
    }

private:
    struct Run {
        scenario::Config config = scenario::parse(script, "faults.yaml").config;
        std::filesystem::path folder =
            std::filesystem::path(testing::TempDir()) / "rootpool_pcie_benchmark"; // of this one test
        pcie::TlpFactory tlps;
        Platform platform{config, options()};
        Timeline timeline{platform};
        observe::MetricSet metrics;

        Run() {
            sc_core::sc_spawn([this] { timeline.play(config.timeline); });
            sc_core::sc_spawn([this] { damage(); });
            sc_core::sc_start(sc_core::sc_time(20, sc_core::SC_MS));
            metrics = platform.collect_metrics();
        }

        [[nodiscard]] cli::RunOptions options() const {
            cli::RunOptions result;
            result.output_directory = folder;
            result.console = [](std::string_view, std::string_view) {};
            result.progress = [](const cli::Progress&) {};
            result.interrupted = [] { return false; };
            return result;
        }

        std::uint8_t& memory(std::uint64_t address) {
            return platform.topology().server(server).memory().view(address, 1).front();
        }

        /// One byte of each buffer, and a completion that nobody asked for.
        void damage() {
            const sc_core::sc_time step(100, sc_core::SC_NS);
            RootComplex& root = platform.topology().server(server).root_complex();
            DmaProbe& probe = *platform.topology().dma_probe(device);
            while (probe.result().reads.transfers() == 0) {
                sc_core::wait(step);
            }
            memory(read_buffer + 20 * 4096) ^= 1U; // read in some 5 us
            const pcie::TlpHeader request =
                pcie::memory_read(probe.function().id(), pcie::Tag(77), read_buffer, 4); // the probe uses tag 0
            root.port.send(tlps.make(pcie::completion(request, pcie::Bdf(0))), now());
            while (probe.result().writes_sent == 0 || !probe.idle()) {
                sc_core::wait(step);
            }
            sc_core::wait(5 * step); // all is in memory, and not looked at before another 500 ns
            root.settle_writes();
            memory(write_buffer) ^= 1U;
        }
    };

    static std::unique_ptr<Run> run_;
};
std::unique_ptr<Faults::Run> Faults::run_;

TEST_F(Faults, WrongBytesInTheDeviceAreCounted) { EXPECT_GT(count("damaged_source.wrong_bytes"), 0); }

TEST_F(Faults, WrongBytesInMemoryAreCounted) {
    EXPECT_EQ(count("damaged_target.wrong_bytes"), 4) << "counted in dwords";
}

TEST_F(Faults, UnexpectedCompletionsAreCounted) {
    EXPECT_EQ(count("damaged_source.unexpected_completions"), 1);
    EXPECT_EQ(count("damaged_target.unexpected_completions"), 0);
}

TEST_F(Faults, StepIsAboutItself) {
    EXPECT_EQ(count("sound.points"), 1);
    EXPECT_EQ(count("sound.wrong_bytes"), 0);
    EXPECT_EQ(count("sound.failed"), 0);
}

} // namespace
} // namespace rootpool::models
