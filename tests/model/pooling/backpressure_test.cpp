// A device that runs out of credits holds back what needs them and nothing else, and roots share it fairly.
#include <gtest/gtest.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using pcie::FlowClass;
using pcie::TlpKind;

pcie::Credits one_read_at_a_time() {
    pcie::Credits credits = MultiRootSwitchConfig::default_credits();
    credits[FlowClass::non_posted].limit = {1, 1};
    credits[FlowClass::posted].limit = {2, 16};
    return credits;
}

class BackpressureTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        PlatformConfig config;
        config.device_credits = one_read_at_a_time();
        platform = std::make_unique<PooledPlatform>("pool", config);
        platform->bring_up();
    }
    static void TearDownTestSuite() { platform.reset(); }
    void SetUp() override {
        PooledPlatform::run_for(10us);
        platform->device.requests.clear();
        platform->roots[1]->completions.clear();
        platform->roots[2]->completions.clear();
    }
    static std::unique_ptr<PooledPlatform> platform;
};
std::unique_ptr<PooledPlatform> BackpressureTest::platform;

TEST_F(BackpressureTest, posted_requests_pass_reads_that_wait_for_credits) {
    constexpr unsigned reads = 30;
    for (unsigned read = 0; read < reads; ++read) {
        const pcie::Tag tag(static_cast<std::uint16_t>(read));
        platform->roots[1]->send(memory_request(TlpKind::memory_read, {}, PooledPlatform::slave_window, 1, tag));
    }
    platform->roots[1]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window + 4));
    PooledPlatform::run_for(1ms);
    ASSERT_EQ(platform->device.requests.size(), reads + 1);
    std::size_t write = 0;
    while (platform->device.requests[write].tlp->header.kind != TlpKind::memory_write) {
        ++write;
    }
    EXPECT_LT(write, reads / 2) << "the write came last and leaves early";
    EXPECT_EQ(platform->roots[1]->completions.size(), reads);
}

TEST_F(BackpressureTest, reads_never_pass_older_writes_of_the_same_root) {
    constexpr unsigned rounds = 60;
    for (unsigned round = 0; round < rounds; ++round) {
        platform->roots[1]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window, 32),
                                 round << 8U);
        const pcie::Tag tag(static_cast<std::uint16_t>(round % 32));
        platform->roots[1]->send(
            memory_request(TlpKind::memory_read, {}, PooledPlatform::slave_window + 4 * round, 1, tag));
    }
    PooledPlatform::run_for(1ms);
    ASSERT_EQ(platform->device.requests.size(), 2 * rounds);
    unsigned writes = 0;
    for (const Received& request : platform->device.requests) {
        if (request.tlp->header.kind == TlpKind::memory_write) {
            EXPECT_EQ(request.value(), writes << 8U);
            ++writes;
        } else {
            EXPECT_GT(writes, (request.tlp->header.address - PooledPlatform::master_window) / 4);
        }
    }
}

TEST_F(BackpressureTest, two_roots_with_as_much_to_send_get_equal_shares) {
    constexpr unsigned writes = 200;
    for (unsigned write = 0; write < writes; ++write) {
        for (const unsigned root : {1U, 2U}) {
            platform->roots[root]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window, 32),
                                        root << 24U);
        }
    }
    PooledPlatform::run_for(1ms);
    ASSERT_EQ(platform->device.requests.size(), 2 * writes);
    int lead = 0;
    for (const Received& request : platform->device.requests) {
        lead += request.value() >> 24U == 1 ? 1 : -1;
        EXPECT_LE(std::abs(lead), 2);
    }
}

TEST_F(BackpressureTest, nothing_is_left_behind) {
    const MultiRootSwitch& fabric = platform->multi_root_switch;
    EXPECT_EQ(fabric.downstream(pooling::DeviceIndex(0)).output().queued(), 0U);
    platform->device.requests.clear();
    platform->device.completions.clear();
    for (const auto& root : platform->roots) {
        root->requests.clear();
        root->completions.clear();
    }
    platform->settle_links(); // retry buffers wait for Acks that nobody waits for
    EXPECT_EQ(platform->factory.tlps_in_use(), 0U);
}

} // namespace
} // namespace rootpool::models::test
