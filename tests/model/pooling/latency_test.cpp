// Every path through the switch takes the cycles that its timing says, from the clock edge after the last beat in to
// the first beat out.
#include <gtest/gtest.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using pcie::TlpKind;

/// A wire that is idle for this long has sent its Acks and UpdateFCs.
constexpr SimTime quiet = 10us;

class LatencyTest : public testing::TestWithParam<std::size_t> {
protected:
    static void SetUpTestSuite() {
        for (const std::string_view profile : pooling::switch_profile_names()) {
            PlatformConfig config;
            config.profile = profile;
            platforms.push_back(std::make_unique<PooledPlatform>(std::string(profile), config));
        }
        for (const auto& ready : platforms) {
            ready->bring_up();
        }
    }
    static void TearDownTestSuite() { platforms.clear(); }

    /// Last beat of a 3 DW request with `payload` bytes sent at `start`, on a gen2 x8 link without latency.
    static SimTime last_beat(SimTime start, unsigned payload) {
        TlpHeader header;
        header.kind = payload == 0 ? TlpKind::memory_read : TlpKind::memory_write;
        header.length_dw = static_cast<std::uint16_t>(payload / 4);
        return first_symbol(start) + pcie::wire_time({}, pcie::wire_bytes(header));
    }
    /// When a TLP that is ready at `ready` starts on an idle wire.
    static SimTime first_symbol(SimTime ready) {
        const pcie::LinkClock clock{pcie::LinkParameters{}};
        return clock.time(clock.symbol_start(clock.after(ready)));
    }
    /// First beat out of a port that a TLP reaches `cycles` after the first edge after its last beat in.
    [[nodiscard]] SimTime expected(SimTime last, unsigned cycles) const {
        const pcie::LinkClock clock{pcie::LinkParameters{}};
        const SimTime crossing = clock.time(clock.symbols(timing.transmit_crossing));
        return first_symbol(core::edge_after(last, timing.period) + timing.cycles(cycles) + crossing);
    }
    /// A moment that is no clock edge, when all wires are quiet.
    static SimTime start() {
        PooledPlatform::run_for(quiet);
        return core::align_up(now(), 4us) + 2ns;
    }

    using TlpHeader = pcie::TlpHeader;
    static std::vector<std::unique_ptr<PooledPlatform>> platforms;
    PooledPlatform& platform = *platforms[GetParam()];
    const SwitchTiming& timing = platform.multi_root_switch.timing();
};
std::vector<std::unique_ptr<PooledPlatform>> LatencyTest::platforms;

INSTANTIATE_TEST_SUITE_P(profile, LatencyTest, testing::Values(0U, 1U));

TEST_P(LatencyTest, slave_write_to_its_vf) {
    const SimTime at = start();
    platform.device.requests.clear();
    platform.roots[1]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window, 16), 0, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.device.requests.size(), 1U);
    const unsigned cycles =
        timing.inward() + timing.arbitration + 2 + 1 + timing.egress; // two-cycle address path, compose
    EXPECT_EQ(platform.device.requests[0].first_beat, expected(last_beat(at, 64), cycles));
}

TEST_P(LatencyTest, master_write_takes_the_same_time_as_a_slaves) {
    const SimTime at = start();
    platform.device.requests.clear();
    platform.roots[0]->send(
        memory_request(TlpKind::memory_write, {}, PooledPlatform::master_window + 0x10'0000 + 15 * 0x4000, 16), 0, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.device.requests.size(), 1U);
    EXPECT_EQ(
        platform.device.requests[0].first_beat,
        expected(last_beat(at, 64), timing.inward() + timing.arbitration + timing.toward_device() + timing.egress));
}

TEST_P(LatencyTest, dma_write_of_a_vf) {
    const SimTime at = start();
    platform.roots[2]->requests.clear();
    platform.device.send(memory_request(TlpKind::memory_write, platform.device.vf(1), 0x1000, 32), 0, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.roots[2]->requests.size(), 1U);
    const unsigned cycles = timing.inward() + 1 + 1 + timing.arbitration + timing.egress; // one-cycle ID RAM, compose
    EXPECT_EQ(platform.roots[2]->requests[0].first_beat, expected(last_beat(at, 128), cycles));
}

TEST_P(LatencyTest, configuration_of_the_switchs_own_function) {
    const SimTime at = start();
    platform.roots[1]->completions.clear();
    platform.roots[1]->send(config_request(TlpKind::config_read_0, pcie::Bdf(1, 0, 0), 0), 0, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.roots[1]->completions.size(), 1U);
    EXPECT_EQ(platform.roots[1]->completions[0].first_beat,
              expected(last_beat(at, 0), timing.inward() + timing.local + timing.arbitration + timing.egress));
}

TEST_P(LatencyTest, configuration_that_the_shadow_answers) {
    const SimTime at = start();
    platform.roots[1]->completions.clear();
    platform.roots[1]->send(config_request(TlpKind::config_read_1, PooledPlatform::slot, 0), 0, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.roots[1]->completions.size(), 1U);
    const unsigned cycles =
        timing.inward() + timing.toward_device() + timing.local + timing.arbitration + timing.egress;
    EXPECT_EQ(platform.roots[1]->completions[0].first_beat, expected(last_beat(at, 0), cycles));
}

TEST_P(LatencyTest, second_of_two_simultaneous_writes_waits_for_the_wire_only) {
    const SimTime at = start();
    platform.device.requests.clear();
    for (const unsigned root : {1U, 2U}) {
        platform.roots[root]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window, 32), root,
                                   at);
    }
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.device.requests.size(), 2U);
    EXPECT_EQ(platform.device.requests[1].first_beat, platform.device.requests[0].last_beat);
}

} // namespace
} // namespace rootpool::models::test
