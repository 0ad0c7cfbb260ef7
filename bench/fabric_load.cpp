// Traffic through the multi-root switch, to be counted by callgrind: bench/hops.py runs it twice, for a short and for a
// long time. Roots write to their VFs of one device; each TLP makes eight hops (see docs/performance.md).
#include <fmt/format.h>
#include <memory>
#include <vector>

#include "bench/load.h"
#include "rootpool/pcie/tlp_builder.h"
#include "tests/model/pooling/pooled_platform.h"

namespace rootpool::bench {
namespace {

using models::Link;
using models::LinkEndCounters;
using models::now;
using models::Timer;
using models::test::FakeComponent;
using models::test::PlatformConfig;
using models::test::PooledPlatform;

/// Above 4 GB, on both sides of the switch: headers of four dwords.
constexpr std::uint32_t window_upper = 2;
constexpr std::uint64_t slave_window = (std::uint64_t{window_upper} << 32U) + PooledPlatform::slave_window;

/// One root's writes.
class Writer {
public:
    Writer(PooledPlatform& platform, FakeComponent& root, const Load& load)
        : platform_(platform), root_(root), saturated_(load.percent >= 100), tlp_(make(platform, load.payload)),
          interval_(load.interval(tlp_->header)),
          timer_(platform.scheduler, Timer::Callback::to<&Writer::send>(*this)) {
        if (saturated_) {
            root.room = [this] { fill(); };
        }
    }

    void start(SimTime offset) {
        running_ = true;
        timer_.arm(now() + offset);
    }
    void stop() {
        running_ = false;
        timer_.cancel();
    }

private:
    [[nodiscard]] static pcie::TlpPtr make(PooledPlatform& platform, unsigned payload) {
        const pcie::TlpHeader header = pcie::memory_write(pcie::Bdf(), pcie::Tag(0), slave_window, payload);
        return platform.factory.make(header, std::vector<std::uint8_t>(payload, 0x5A));
    }
    void send_one() { root_.port.send(platform_.factory.view(*tlp_, tlp_->header, {}), now()); }
    void fill() {
        constexpr std::size_t ahead = 4;
        while (running_ && root_.port.backlog() < ahead) {
            send_one();
        }
    }
    void send() {
        if (saturated_) {
            fill();
        } else {
            send_one();
            timer_.arm(now() + interval_);
        }
    }

    PooledPlatform& platform_;
    FakeComponent& root_;
    bool saturated_;
    pcie::TlpPtr tlp_;
    SimTime interval_;
    Timer timer_;
    bool running_ = false;
};

void run(const Load& load) {
    PlatformConfig config;
    config.roots = load.roots + 1;
    config.link_latency = 60ns;
    config.window_upper = window_upper;
    PooledPlatform platform("load", config);
    platform.bring_up();
    constexpr std::uint16_t device_control = 0xA8;
    constexpr std::uint32_t max_payload_512 = 2U << 5U;
    platform.config_write(0, PooledPlatform::slot, device_control, max_payload_512, 3);
    std::vector<std::unique_ptr<Writer>> writers;
    for (unsigned root = 1; root <= load.roots; ++root) {
        writers.push_back(std::make_unique<Writer>(platform, *platform.roots[root], load));
        writers.back()->start(Load::start(root));
    }
    platform.device.records = false;
    Link& link = platform.link(platform.roots.size()); // of the device
    const std::uint64_t tlps_before = platform.device.received;
    const std::uint64_t bytes_before = link.down().counters().bytes;
    const std::uint64_t sent_before = link.down().counters().tlps;
    PooledPlatform::run_for(load.microseconds * 1us);
    const LinkEndCounters& sent = link.down().counters();
    const std::uint64_t tlps = sent.tlps - sent_before;
    fmt::print("tlps {} of {} bytes\n", platform.device.received - tlps_before,
               tlps == 0 ? 0 : (sent.bytes - bytes_before) / tlps - pcie::tlp_framing_bytes);
    for (const auto& writer : writers) {
        writer->stop();
    }
    PooledPlatform::run_for(20us);
}

} // namespace
} // namespace rootpool::bench

int sc_main(int argc, char** argv) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    rootpool::bench::Load load;
    CLI::App app("Writes of several roots to one device");
    load.add_options(app, 64);
    CLI11_PARSE(app, argc, argv);
    rootpool::bench::run(load);
    return 0;
}

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
