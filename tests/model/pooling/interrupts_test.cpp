// Interrupt messages of VFs through a switch that keeps their addresses and data: each slave gets its own, behind the
// data that the device wrote before.
#include <gtest/gtest.h>

#include "pooled_platform.h"
#include "rootpool/pooling/interrupt_route.h"

namespace rootpool::models::test {
namespace {

using pcie::TlpHeader;
using pcie::TlpKind;

constexpr unsigned rounds = 200;
constexpr std::uint64_t table = PooledPlatform::slave_window + PooledPlatform::vf_bytes; ///< BAR 3 of function 0
constexpr std::uint32_t message_address = 0xFEE0'0000;                                   ///< at both slaves
constexpr std::uint32_t message_data = 0x41;
constexpr std::uint64_t ring = 0x0010'0000; ///< where both VFs write by DMA
constexpr unsigned vector_bytes = 16;
constexpr SimTime quiet = 10us;

class InterruptsTest : public testing::TestWithParam<std::size_t> {
protected:
    static constexpr std::array<std::string_view, 2> routes = {"scoreboard", "completer_id"};

    static void SetUpTestSuite() {
        for (const std::string_view route : routes) {
            PlatformConfig config;
            config.return_route = route;
            config.interrupts = "translate";
            platforms.push_back(std::make_unique<PooledPlatform>(std::string(route), config));
        }
        for (const auto& ready : platforms) {
            ready->bring_up();
        }
    }
    static void TearDownTestSuite() { platforms.clear(); }

    InterruptsTest() {
        PooledPlatform::run_for(quiet);
        platform.device.requests.clear();
        for (const auto& root : platform.roots) {
            root->requests.clear();
            root->completions.clear();
        }
    }
    /// Each slave programs vector `vector` with the same address and data. Message numbers that the device got, by
    /// slave.
    std::array<std::uint32_t, 2> program(unsigned vector) {
        std::array<std::uint32_t, 2> numbers{};
        for (unsigned slave = 0; slave < 2; ++slave) {
            FakeComponent& root = *platform.roots[slave + 1];
            platform.device.requests.clear();
            const std::array<std::uint32_t, 4> entry{message_address, 0, message_data, 0};
            for (unsigned word = 0; word < entry.size(); ++word) {
                root.send(memory_request(TlpKind::memory_write, {}, table + vector * vector_bytes + 4 * word),
                          entry[word]);
            }
            PooledPlatform::run_for(quiet);
            EXPECT_EQ(platform.device.requests.size(), 4U);
            EXPECT_EQ(platform.device.requests[0].value(), pooling::interrupt_window_base);
            EXPECT_EQ(platform.device.requests[3].value(), 0U) << "vector control passes";
            numbers[slave] = platform.device.requests[2].value();
        }
        return numbers;
    }
    void interrupt(unsigned vf, std::uint32_t number, SimTime at) {
        platform.device.send(
            memory_request(TlpKind::memory_write, platform.device.vf(vf), pooling::interrupt_window_base), number, at);
    }
    [[nodiscard]] const pooling::EngineCounters& counters(unsigned root) const {
        return platform.multi_root_switch.engine(pooling::DeviceIndex(0))
            .counters(pcie::RootId(static_cast<std::uint8_t>(root)));
    }

    static std::vector<std::unique_ptr<PooledPlatform>> platforms;
    PooledPlatform& platform = *platforms[GetParam()];
};
std::vector<std::unique_ptr<PooledPlatform>> InterruptsTest::platforms;

INSTANTIATE_TEST_SUITE_P(return_route, InterruptsTest, testing::Values(0U, 1U));

TEST_P(InterruptsTest, message_arrives_with_the_slaves_address_and_data_behind_the_data_written_before) {
    const std::array<std::uint32_t, 2> numbers = program(1);
    ASSERT_NE(numbers[0], numbers[1]);
    const SimTime start = now();
    for (unsigned round = 0; round < rounds; ++round) {
        const SimTime at = start + round * 200ns; // both slaves at once, with equal addresses
        for (unsigned vf = 0; vf < 2; ++vf) {
            platform.device.send(memory_request(TlpKind::memory_write, platform.device.vf(vf), ring + 128 * round, 32),
                                 vf << 24U | round, at);
            interrupt(vf, numbers[vf], at);
        }
    }
    PooledPlatform::run_for(500us);
    for (unsigned vf = 0; vf < 2; ++vf) {
        const std::deque<Received>& got = platform.roots[vf + 1]->requests;
        ASSERT_EQ(got.size(), 2 * rounds);
        for (unsigned round = 0; round < rounds; ++round) {
            const Received& data = got[2 * round];
            EXPECT_EQ(data.tlp->header.address, ring + 128 * round);
            EXPECT_EQ(data.value(), vf << 24U | round);
            const Received& message = got[2 * round + 1];
            EXPECT_EQ(message.tlp->header.address, message_address);
            EXPECT_EQ(message.tlp->header.requester, PooledPlatform::slot);
            EXPECT_EQ(message.value(), message_data);
        }
        EXPECT_EQ(counters(vf + 1).interrupts, rounds);
        EXPECT_EQ(counters(vf + 1).refused.total(), 0U);
    }
}

TEST_P(InterruptsTest, message_takes_the_cycles_of_a_dma_write) {
    const std::uint32_t number = program(0)[1];
    const SwitchTiming& timing = platform.multi_root_switch.timing();
    const SimTime at = core::align_up(now(), 4us) + 2ns;
    interrupt(1, number, at);
    PooledPlatform::run_for(quiet);
    ASSERT_EQ(platform.roots[2]->requests.size(), 1U);
    TlpHeader header = memory_request(TlpKind::memory_write, {}, pooling::interrupt_window_base);
    const pcie::LinkClock clock{pcie::LinkParameters{}};
    const auto first_symbol = [&](SimTime ready) { return clock.time(clock.symbol_start(clock.after(ready))); };
    const SimTime last_beat = first_symbol(at) + pcie::wire_time({}, pcie::wire_bytes(header));
    const unsigned cycles = timing.inward() + 1 + 1 + timing.arbitration + timing.egress; // one look-up, compose
    EXPECT_EQ(platform.roots[2]->requests[0].first_beat,
              first_symbol(core::align_up(last_beat, timing.period) + timing.cycles(cycles) +
                           clock.time(clock.symbols(timing.transmit_crossing))));
}

TEST_P(InterruptsTest, slaves_read_back_their_own_words_at_the_same_time) {
    program(2);
    platform.device.memory = [](std::uint64_t) { return 0x7777'7777U; };
    for (unsigned slave = 1; slave <= 2; ++slave) {
        FakeComponent& root = *platform.roots[slave];
        for (std::uint16_t read = 0; read < 8; ++read) { // more than can be outstanding at the device at once
            root.send(memory_request(TlpKind::memory_read, {}, table + 2 * vector_bytes + 4 * (read % 4), 1,
                                     pcie::Tag(read)));
        }
        root.send(memory_request(TlpKind::memory_read, {}, PooledPlatform::slave_window, 1, pcie::Tag(8)));
    }
    PooledPlatform::run_for(100us);
    for (unsigned slave = 1; slave <= 2; ++slave) {
        std::deque<Received>& got = platform.roots[slave]->completions;
        ASSERT_EQ(got.size(), 9U);
        for (const Received& completion : got) {
            const unsigned tag = completion.tlp->header.tag.value();
            const std::array<std::uint32_t, 4> entry{message_address, 0, message_data, 0x7777'7777};
            EXPECT_EQ(completion.value(), tag == 8 ? 0x7777'7777U : entry[tag % 4]) << tag;
            EXPECT_EQ(completion.tlp->header.completer, PooledPlatform::slot);
        }
    }
}

TEST_P(InterruptsTest, message_of_another_vf_ends_in_the_switch) {
    const std::array<std::uint32_t, 2> numbers = program(0);
    const std::uint64_t before = counters(2).refused[pooling::RefusalCause::unknown_interrupt];
    interrupt(1, numbers[0], now());
    interrupt(1, numbers[1], now());
    PooledPlatform::run_for(quiet);
    EXPECT_EQ(platform.roots[2]->requests.size(), 1U);
    EXPECT_TRUE(platform.roots[1]->requests.empty());
    EXPECT_EQ(counters(2).refused[pooling::RefusalCause::unknown_interrupt], before + 1);
}

TEST_P(InterruptsTest, secondary_bus_reset_of_a_slave_clears_its_interrupts_only) {
    const std::array<std::uint32_t, 2> numbers = program(0);
    constexpr pcie::Bdf bridge(2, 0, 0);
    constexpr std::uint16_t bridge_control = 0x3C;
    platform.config_write(1, bridge, bridge_control, 0x0040'0000, 0xC);
    platform.config_write(1, bridge, bridge_control, 0, 0xC);
    const std::uint64_t before = counters(1).refused[pooling::RefusalCause::unknown_interrupt];
    interrupt(0, numbers[0], now());
    interrupt(1, numbers[1], now());
    PooledPlatform::run_for(quiet);
    EXPECT_TRUE(platform.roots[1]->requests.empty()) << "its entry is gone";
    EXPECT_EQ(counters(1).refused[pooling::RefusalCause::unknown_interrupt], before + 1);
    EXPECT_EQ(platform.roots[2]->requests.size(), 1U);
}

} // namespace
} // namespace rootpool::models::test
