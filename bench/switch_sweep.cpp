// What the stages of the switch, its clock crossings and its way of switching do to latency and throughput: a table of
// comma-separated values on standard output (docs/performance.md).
#include <array>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>

#include "tests/model/pooling/pooled_platform.h"

namespace rootpool::bench {
namespace {

using models::SwitchTiming;
using models::test::memory_request;
using models::test::PlatformConfig;
using models::test::PooledPlatform;
using pooling::Switching;

/// When the last TLP started in each direction of a link.
class LastStart : public pcie::LinkObserver {
public:
    void on_packet(const pcie::PacketSighting& packet) override {
        if (packet.tlp != nullptr) {
            at[packet.place.index()] = packet.start;
        }
    }
    std::array<SimTime, 2> at{};
};

struct Variant {
    std::string_view profile;
    Switching switching = Switching::store_and_forward;
    std::string_view changed; ///< the stage that is not as in the profile
    unsigned value = 0;
    pooling::SwitchStages stages = {};
};

/// One variant of the switch, and the traffic that measures it.
class Probe {
public:
    Probe(std::size_t number, const Variant& variant)
        : variant_(variant), platform_("sweep" + std::to_string(number), config(variant)) {
        platform_.link(1).observe(root_);
        platform_.link(platform_.roots.size()).observe(device_);
    }

    void run() {
        platform_.bring_up();
        const SimTime down = toward_device();
        const SimTime up = toward_root();
        fmt::print("{},{},{},{},{:.2f},{:.2f},{:.2f}\n", variant_.profile,
                   variant_.switching == Switching::cut_through ? "cut_through" : "store_and_forward", variant_.changed,
                   variant_.value, nanoseconds(down), nanoseconds(up), read_bandwidth());
    }

private:
    static constexpr std::uint16_t dwords = 32;
    static constexpr std::size_t outstanding = 8;
    static constexpr SimTime quiet = 10us;

    static PlatformConfig config(const Variant& variant) {
        PlatformConfig made;
        made.timing = SwitchTiming(variant.stages);
        made.switching = variant.switching;
        made.link_latency = models::LinkConfig{}.latency;
        return made;
    }
    static double nanoseconds(SimTime time) { return static_cast<double>(time.count()) / 1e6; }

    /// First bit in to first bit out of a write of 128 bytes; the links are alike.
    SimTime toward_device() {
        platform_.roots[1]->send(memory_request(pcie::TlpKind::memory_write, {}, PooledPlatform::slave_window, dwords));
        PooledPlatform::run_for(quiet);
        return device_.at[0] - root_.at[0];
    }
    SimTime toward_root() {
        platform_.device.send(memory_request(pcie::TlpKind::memory_write, platform_.device.vf(0), 0x1000, dwords));
        PooledPlatform::run_for(quiet);
        return root_.at[1] - device_.at[1];
    }
    /// Reads of 128 bytes by the device, eight outstanding, in Gb/s of data.
    double read_bandwidth() {
        constexpr SimTime step = 4ns;
        constexpr SimTime duration = 100us;
        platform_.device.completions.clear();
        std::size_t sent = 0;
        for (SimTime time{}; time < duration; time += step) {
            for (; sent < platform_.device.completions.size() + outstanding; ++sent) {
                const pcie::Tag tag(static_cast<std::uint16_t>(sent % outstanding));
                platform_.device.send(
                    memory_request(pcie::TlpKind::memory_read, platform_.device.vf(0), 0x1000, dwords, tag));
            }
            PooledPlatform::run_for(step);
        }
        const auto bits = static_cast<double>(platform_.device.completions.size()) * dwords * 32;
        PooledPlatform::run_for(quiet);
        return bits / nanoseconds(duration);
    }

    Variant variant_;
    PooledPlatform platform_;
    LastStart root_;
    LastStart device_;
};

using Stage = std::pair<std::string_view, unsigned pooling::SwitchStages::*>;
constexpr auto stages = std::to_array<Stage>({{"receive_crossing", &pooling::SwitchStages::receive_crossing},
                                              {"ingress", &pooling::SwitchStages::ingress},
                                              {"arbitration", &pooling::SwitchStages::arbitration},
                                              {"compose", &pooling::SwitchStages::compose},
                                              {"egress", &pooling::SwitchStages::egress},
                                              {"transmit_crossing", &pooling::SwitchStages::transmit_crossing}});

std::vector<Variant> variants() {
    std::vector<Variant> made;
    for (const std::string_view profile : pooling::switch_profile_names()) {
        for (const Switching switching : {Switching::store_and_forward, Switching::cut_through}) {
            const pooling::SwitchStages usual = pooling::switch_profile(profile);
            made.push_back({profile, switching, "none", 0, usual});
            for (const auto& [name, member] : stages) {
                for (const unsigned value : {1U, 8U, 16U, 32U}) {
                    Variant variant{profile, switching, name, value, usual};
                    variant.stages.*member = value;
                    made.push_back(variant);
                }
            }
        }
    }
    return made;
}

} // namespace
} // namespace rootpool::bench

int sc_main(int /*argc*/, char** /*argv*/) {
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    std::vector<std::unique_ptr<rootpool::bench::Probe>> probes;
    for (const rootpool::bench::Variant& variant : rootpool::bench::variants()) {
        probes.push_back(std::make_unique<rootpool::bench::Probe>(probes.size(), variant));
    }
    fmt::print("profile,switching,stage,value,toward_device_ns,toward_root_ns,read_gbps\n");
    for (const auto& probe : probes) {
        probe->run();
    }
    return 0;
}

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
