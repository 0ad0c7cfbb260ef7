// Whose error an error of a link is: the port that sees it reports it, to its own root.
#include <gtest/gtest.h>

#include "pooled_platform.h"
#include "rootpool/pcie/error_reporting.h"
#include "tests/model/damage_trigger.h"

namespace rootpool::models::test {
namespace {

constexpr unsigned root_count = 3;
constexpr unsigned device_link = root_count;
constexpr pcie::Bdf management(1, 0, 0);
constexpr pcie::Bdf upstream_bridge(1, 0, 1);
constexpr pcie::Bdf downstream_bridge(2, 0, 0);
constexpr std::uint16_t correctable_status = pooling::BridgeRegisters::aer + 0x10;
constexpr std::uint16_t uncorrectable_status = pooling::BridgeRegisters::aer + 0x04;
constexpr std::uint32_t bad_tlp = 1U << 6U;
constexpr std::uint32_t surprise_down = 1U << 5U;
constexpr SimTime device_down = 2ms;

class LinkReports : public testing::Test {
protected:
    static void SetUpTestSuite() {
        platform = std::make_unique<PooledPlatform>("link_reports", PlatformConfig{.roots = root_count});
        for (unsigned link = 0; link <= device_link; ++link) {
            platform->link(link).set_faults(&down[link], &up[link]);
        }
        platform->link(device_link).set_down_times({{device_down, device_down + 10us}});
        platform->bring_up();
        for (unsigned root = 0; root < root_count; ++root) {
            for (const pcie::Bdf function : {management, upstream_bridge, downstream_bridge}) {
                platform->config_write(root, function, pooling::BridgeRegisters::device_control, 0x281F, 0x3);
                platform->config_write(root, function, 0x3C, 0x0002'0000, 0xC); // Bridge Control, SERR#
            }
        }
    }
    static void TearDownTestSuite() { platform.reset(); }
    void SetUp() override { clear(); }
    static void clear() {
        for (unsigned root = 0; root < root_count; ++root) {
            for (const pcie::Bdf function : {management, upstream_bridge, downstream_bridge}) {
                platform->config_write(root, function, correctable_status, 0xFFFF'FFFF);
                platform->config_write(root, function, uncorrectable_status, 0xFFFF'FFFF);
            }
            platform->roots[root]->requests.clear();
        }
    }
    static void expect_messages(unsigned at, pcie::ErrorMessage message, pcie::Bdf from) {
        for (unsigned root = 0; root < root_count; ++root) {
            const auto& requests = platform->roots[root]->requests;
            ASSERT_EQ(requests.size(), root == at ? 1U : 0U) << "root " << root;
            if (root == at) {
                EXPECT_EQ(pcie::error_message_of(requests[0].tlp->header), message);
                EXPECT_EQ(requests[0].tlp->header.requester, from);
            }
        }
    }
    /// Status of every function that is not in `where` is 0.
    static void expect_status(unsigned root, std::initializer_list<pcie::Bdf> where, std::uint16_t offset,
                              std::uint32_t status) {
        for (unsigned of = 0; of < root_count; ++of) {
            for (const pcie::Bdf function : {management, upstream_bridge, downstream_bridge}) {
                const bool here = of == root && std::ranges::find(where, function) != where.end();
                EXPECT_EQ(platform->config_read(of, function, offset), here ? status : 0U)
                    << "root " << of << ", function " << function.routing_id();
            }
        }
    }

    static std::unique_ptr<PooledPlatform> platform;
    static std::array<DamageTrigger, root_count + 1> down;
    static std::array<DamageTrigger, root_count + 1> up;
};
std::unique_ptr<PooledPlatform> LinkReports::platform;
std::array<DamageTrigger, root_count + 1> LinkReports::down;
std::array<DamageTrigger, root_count + 1> LinkReports::up;

TEST_F(LinkReports, BadTlpFromARootIsThatOfItsUpstreamPort) {
    for (unsigned root = 0; root < root_count; ++root) {
        down[root].damage_next();
        platform->config_read(root, management, 0);
        expect_messages(root, pcie::ErrorMessage::correctable, upstream_bridge);
        expect_status(root, {management, upstream_bridge}, correctable_status, bad_tlp);
        clear();
    }
}

TEST_F(LinkReports, BadTlpFromTheDeviceIsThatOfTheMastersBridge) {
    up[device_link].damage_next();
    platform->config_read(2, PooledPlatform::slot, 0x100);
    expect_messages(0, pcie::ErrorMessage::correctable, downstream_bridge);
    expect_status(0, {downstream_bridge}, correctable_status, bad_tlp);
}

TEST_F(LinkReports, BadTlpBeyondTheSwitchIsNotTheSwitchs) {
    down[device_link].damage_next();
    platform->config_read(1, PooledPlatform::slot, 0x100);
    up[1].damage_next();
    platform->config_read(1, PooledPlatform::slot, 0x100);
    expect_messages(root_count, pcie::ErrorMessage::none, {});
    expect_status(root_count, {}, correctable_status, 0);
}

TEST_F(LinkReports, LossOfTheDevicesLinkIsASurpriseForItsMaster) {
    ASSERT_LT(now(), device_down);
    PooledPlatform::run_for(device_down + 100us - now());
    expect_messages(0, pcie::ErrorMessage::fatal, downstream_bridge);
    expect_status(0, {downstream_bridge}, uncorrectable_status, surprise_down);
}

} // namespace
} // namespace rootpool::models::test
