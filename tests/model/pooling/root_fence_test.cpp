// A root that never returns posted credits does not stop another root (docs/timing.md 3.2 and 3.8): up to its quota and
// reserve it is not noticed, above them it stands in the way until it is fenced.
#include <gmock/gmock.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using pcie::CompletionStatus;
using pcie::FlowClass;
using pcie::TlpKind;
using pooling::RefusalCause;

constexpr unsigned healthy = 1;
constexpr unsigned stuck = 2;
constexpr pcie::RootId stuck_id{stuck};
constexpr SimTime fence_timeout = 200us;
constexpr std::uint16_t write_dw = 64; // 16 data credits
/// What writes to a stuck root find: its own buffer, the places of its port, quota and reserve.
constexpr unsigned root_buffer = 32;
constexpr unsigned port_places = 16;
constexpr unsigned quota = 16;
constexpr unsigned reserve = 16;
constexpr unsigned unnoticed = root_buffer + port_places + quota + reserve;
constexpr unsigned link_down_at_us = 20'000;

/// A platform whose device writes to both slaves in turn, as fast as its link goes.
struct Pool {
    explicit Pool(const std::string& name, SimTime watchdog_limit = 1ms)
        : platform(name, PlatformConfig{}),
          watchdog(platform.scheduler, watchdog_limit, Watchdog::Report::to<&Pool::keep>(*this)) {
        platform.watch(watchdog);
        platform.device.room = [this] { pump(); };
    }
    void keep(const std::string& text) { reason = text; }

    /// `writes` for each root, in turn.
    void write(unsigned writes) {
        left = 2 * writes;
        pump();
    }
    void pump() {
        while (left != 0 && platform.device.port.backlog(FlowClass::posted) < 4) {
            --left;
            const unsigned root = left % 2 == 0 ? stuck : healthy;
            platform.device.send(memory_request(TlpKind::memory_write, vf_of(root), 0x1000, write_dw));
        }
    }
    [[nodiscard]] pcie::Bdf vf_of(unsigned root) const { return platform.device.vf(root - 1); }
    FakeComponent& root(unsigned number) { return *platform.roots[number]; }
    [[nodiscard]] const RootQueue& queue(unsigned root) const {
        return platform.multi_root_switch.downstream(pooling::DeviceIndex(0))
            .queue(pcie::RootId(static_cast<std::uint8_t>(root)));
    }
    [[nodiscard]] const pooling::VirtualSwitch& virtual_switch(unsigned root) const {
        return platform.multi_root_switch.virtual_switch(pcie::RootId(static_cast<std::uint8_t>(root)));
    }
    [[nodiscard]] const RootFence& fence(unsigned root) const {
        return platform.multi_root_switch.upstream(pcie::RootId(static_cast<std::uint8_t>(root))).fence();
    }
    [[nodiscard]] bool is_fenced() const { return platform.multi_root_switch.fenced(stuck_id); }
    [[nodiscard]] std::uint64_t refused() const { return virtual_switch(stuck).refused()[RefusalCause::fenced]; }
    /// By the master's management registers.
    void unfence() {
        using Map = pooling::ManagementRegisterMap;
        constexpr pcie::Bdf management(1, 0, 0);
        constexpr std::uint32_t registers = 0xF000'0000;
        platform.config_write(0, management, 0x10, registers);
        platform.config_write(0, management, 0x04, 0x2);
        for (const auto& [offset, value] : {std::pair{Map::device, 0U}, std::pair{Map::target, stuck},
                                            std::pair{Map::command, Map::command_unfence}}) {
            root(0).send(memory_request(TlpKind::memory_write, {}, registers + offset), value);
        }
        platform.ask(0, memory_request(TlpKind::memory_read, {}, registers + Map::fenced));
    }
    /// Writes that the healthy root gets in a time.
    std::uint64_t received_in(SimTime time) {
        const std::uint64_t before = root(healthy).received;
        PooledPlatform::run_for(time);
        return root(healthy).received - before;
    }
    void start() {
        platform.bring_up();
        for (const unsigned number : {healthy, stuck}) {
            root(number).records = false;
            root(number).received = 0;
        }
    }
    void get_stuck() { root(stuck).holds_posted = true; }
    /// Until the root is fenced and nothing waits.
    void get_fenced() {
        get_stuck();
        write(200);
        PooledPlatform::run_for(1ms);
        root(healthy).records = true;
        root(stuck).records = true;
    }

    PooledPlatform platform;
    std::string reason;
    Watchdog watchdog;
    unsigned left = 0;
};

class RootFenceTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        unblocked = std::make_unique<Pool>("unblocked");
        within = std::make_unique<Pool>("within");
        beyond = std::make_unique<Pool>("beyond");
        fenced = std::make_unique<Pool>("fenced");
        by_manager = std::make_unique<Pool>("by_manager");
        by_link = std::make_unique<Pool>("by_link");
        const SimTime down = link_down_at_us * 1us;
        by_link->platform.link(stuck).set_down_times({{down, down + 10us}});
    }
    static void TearDownTestSuite() {
        for (auto* pool : {&unblocked, &within, &beyond, &fenced, &by_manager, &by_link}) {
            pool->reset();
        }
    }
    static std::unique_ptr<Pool> unblocked;
    static std::unique_ptr<Pool> within;
    static std::unique_ptr<Pool> beyond;
    static std::unique_ptr<Pool> fenced;
    static std::unique_ptr<Pool> by_manager;
    static std::unique_ptr<Pool> by_link;
};
std::unique_ptr<Pool> RootFenceTest::unblocked;
std::unique_ptr<Pool> RootFenceTest::within;
std::unique_ptr<Pool> RootFenceTest::beyond;
std::unique_ptr<Pool> RootFenceTest::fenced;
std::unique_ptr<Pool> RootFenceTest::by_manager;
std::unique_ptr<Pool> RootFenceTest::by_link;

TEST_F(RootFenceTest, roots_that_take_what_comes_use_no_reserve) {
    unblocked->start();
    unblocked->write(2000);
    PooledPlatform::run_for(2ms);
    EXPECT_EQ(unblocked->root(healthy).received, 2000U);
    EXPECT_EQ(unblocked->root(stuck).received, 2000U);
    EXPECT_EQ(unblocked->queue(stuck).moved(), 0U);
    EXPECT_EQ(unblocked->fence(stuck).fences(), 0U);
}

TEST_F(RootFenceTest, up_to_quota_and_reserve_another_root_does_not_notice) {
    within->start();
    within->get_stuck();
    within->write(unnoticed);
    // 2 x 80 writes of 280 bytes at 4 GB/s take 11.2 us; reception and the way through the switch less than 1 us
    PooledPlatform::run_for(13us);
    EXPECT_EQ(within->root(healthy).received, unnoticed);
    EXPECT_EQ(within->root(stuck).received, root_buffer);
    EXPECT_EQ(within->queue(stuck).moved(), reserve);
    EXPECT_EQ(within->queue(stuck).head_of_line(), SimTime{0});
    EXPECT_EQ(within->queue(healthy).moved(), 0U);
}

TEST_F(RootFenceTest, beyond_them_another_root_waits_until_the_fence_and_then_has_its_fair_share) {
    beyond->start();
    beyond->write(1'000'000);
    PooledPlatform::run_for(10us);
    const std::uint64_t fair = beyond->received_in(100us);
    EXPECT_GT(fair, 600U); // half of 4 GB/s in writes of 280 bytes, less DLLPs and SKP
    beyond->get_stuck();
    PooledPlatform::run_for(20us);
    EXPECT_EQ(beyond->received_in(100us), 0U);
    EXPECT_FALSE(beyond->is_fenced());
    PooledPlatform::run_for(fence_timeout - 100us);
    EXPECT_TRUE(beyond->is_fenced());
    EXPECT_NEAR(static_cast<double>(beyond->received_in(100us)), static_cast<double>(fair),
                0.02 * static_cast<double>(fair));
    EXPECT_LE(beyond->queue(stuck).head_of_line(), fence_timeout);
    EXPECT_GT(beyond->queue(stuck).head_of_line(), fence_timeout - 10us);
    EXPECT_EQ(beyond->queue(healthy).moved(), 0U);
    beyond->left = 0;
}

TEST_F(RootFenceTest, every_write_to_a_fenced_root_is_dropped_and_counted) {
    fenced->start();
    fenced->get_fenced();
    EXPECT_EQ(fenced->fence(stuck).fences(), 1U);
    EXPECT_EQ(fenced->root(healthy).received, 200U);
    EXPECT_EQ(fenced->root(stuck).received, root_buffer);
    EXPECT_EQ(fenced->refused(), 200U - root_buffer - port_places);
    EXPECT_EQ(fenced->platform.multi_root_switch.refusals(stuck_id, RefusalCause::fenced), fenced->refused());
}

TEST_F(RootFenceTest, device_that_reads_from_a_fenced_root_gets_unsupported_request) {
    FakeDevice& device = fenced->platform.device;
    const std::uint64_t before = fenced->refused();
    device.completions.clear();
    device.send(memory_request(TlpKind::memory_read, fenced->vf_of(stuck), 0x2000, 1, pcie::Tag(5)));
    PooledPlatform::run_for(10us);
    ASSERT_EQ(device.completions.size(), 1U);
    const pcie::TlpHeader& answer = device.completions[0].tlp->header;
    EXPECT_EQ(answer.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(answer.requester, fenced->vf_of(stuck));
    EXPECT_EQ(answer.tag, pcie::Tag(5));
    EXPECT_EQ(fenced->refused(), before + 1);
}

TEST_F(RootFenceTest, watchdog_takes_a_fence_for_no_standstill) {
    PooledPlatform::run_for(5ms); // writes for the fenced root still stand at its port
    EXPECT_EQ(fenced->platform.multi_root_switch.upstream(stuck_id).port().backlog(), port_places);
    EXPECT_THAT(fenced->reason, testing::IsEmpty());
}

TEST_F(RootFenceTest, fenced_root_reaches_no_device_but_its_own_functions) {
    fenced->root(stuck).holds_posted = false;
    fenced->root(stuck).release_posted(); // no completion passes a write that waits for credits
    const std::size_t requests = fenced->platform.device.requests.size();
    const Received answer =
        fenced->platform.ask(stuck, memory_request(TlpKind::memory_read, {}, PooledPlatform::slave_window));
    EXPECT_EQ(answer.tlp->header.status, CompletionStatus::unsupported_request);
    fenced->root(stuck).send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window));
    EXPECT_NE(fenced->platform.config_read(stuck, pcie::Bdf(1, 0, 1), 0), 0xFFFF'FFFFU);
    PooledPlatform::run_for(10us);
    EXPECT_EQ(fenced->platform.device.requests.size(), requests);
}

TEST_F(RootFenceTest, fence_ends_when_the_manager_says_so) {
    by_manager->start();
    by_manager->get_fenced();
    ASSERT_TRUE(by_manager->is_fenced());
    FakeComponent& root = by_manager->root(stuck);
    root.holds_posted = false;
    root.release_posted();
    PooledPlatform::run_for(10us);
    const std::uint64_t before = root.received;
    EXPECT_EQ(before, root_buffer + port_places) << "returned credits do not end the fence";
    by_manager->write(1);
    PooledPlatform::run_for(10us);
    EXPECT_EQ(root.received, before);
    by_manager->unfence();
    ASSERT_FALSE(by_manager->is_fenced());
    by_manager->write(1);
    PooledPlatform::run_for(10us);
    EXPECT_EQ(root.received, before + 1);
}

TEST_F(RootFenceTest, fence_ends_when_the_link_of_the_root_comes_up_anew) {
    by_link->start();
    by_link->get_fenced();
    ASSERT_TRUE(by_link->is_fenced());
    by_link->root(stuck).holds_posted = false;
    ASSERT_LT(now(), link_down_at_us * 1us);
    PooledPlatform::run_for(link_down_at_us * 1us + 5us - now());
    EXPECT_TRUE(by_link->is_fenced()) << "while it is down";
    PooledPlatform::run_for(10us);
    EXPECT_FALSE(by_link->is_fenced());
    by_link->platform.enumerate_bridges(stuck); // the link took all functions of the root along
    by_link->platform.map_function(stuck, 0);
    const std::uint64_t before = by_link->root(stuck).received;
    by_link->write(1);
    PooledPlatform::run_for(10us);
    EXPECT_EQ(by_link->root(stuck).received, before + 1);
}

} // namespace
} // namespace rootpool::models::test
