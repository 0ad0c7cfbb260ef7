// What each arbiter promises, measured: three slaves write to one device as fast as it goes, with TLPs of different
// sizes. Their links are as fast as the device's, so that each alone could fill it.
#include <algorithm>
#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <map>

#include "pooled_platform.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models::test {
namespace {

constexpr unsigned contenders = 3;
/// Payload of the TLPs of roots 1, 2 and 3.
constexpr std::array<unsigned, contenders> payload = {16, 64, 128};

pcie::TlpHeader write_of(unsigned contender) {
    return memory_request(pcie::TlpKind::memory_write, {}, PooledPlatform::slave_window,
                          static_cast<std::uint16_t>(payload[contender] / 4));
}

/// TLPs that reached the device, by contender, as a part of all.
struct Shares {
    std::array<double, contenders> tlps{};
    std::array<double, contenders> bytes{}; ///< on the wire
};

PlatformConfig config_of(std::string arbiter, std::vector<unsigned> weights, std::vector<unsigned> priorities) {
    PlatformConfig config;
    config.roots = contenders + 1;
    config.arbiter = std::move(arbiter);
    config.weights = std::move(weights);
    config.priorities = std::move(priorities);
    return config;
}

void keep_busy(PooledPlatform& platform) {
    for (unsigned contender = 0; contender < contenders; ++contender) {
        FakeComponent& root = *platform.roots[contender + 1];
        while (root.port.backlog() < 200) {
            root.send(write_of(contender), contender << 24U);
        }
    }
}

Shares measure(PooledPlatform& platform) {
    std::array<unsigned, contenders> tlps{};
    for (int microsecond = 0; microsecond < 60; ++microsecond) {
        keep_busy(platform);
        PooledPlatform::run_for(1us);
        for (const Received& request : platform.device.requests) {
            tlps[request.value() >> 24U] += microsecond < 10 ? 0 : 1; // warm-up
        }
        platform.device.requests.clear();
    }
    Shares shares;
    double all_tlps = 0;
    double all_bytes = 0;
    for (unsigned contender = 0; contender < contenders; ++contender) {
        shares.tlps[contender] = tlps[contender];
        shares.bytes[contender] = static_cast<double>(tlps[contender]) * pcie::wire_bytes(write_of(contender));
        all_tlps += shares.tlps[contender];
        all_bytes += shares.bytes[contender];
    }
    for (unsigned contender = 0; contender < contenders; ++contender) {
        shares.tlps[contender] /= all_tlps;
        shares.bytes[contender] /= all_bytes;
    }
    return shares;
}

void print(const char* title, const Shares& shares) {
    std::printf("%-28s", title);
    for (unsigned contender = 0; contender < contenders; ++contender) {
        std::printf(" | %3u B: %5.1f %% of TLPs %5.1f %% of bytes", payload[contender], 100 * shares.tlps[contender],
                    100 * shares.bytes[contender]);
    }
    std::printf("\n");
}

/// All platforms are made before the first simulates.
class ArbiterShares : public testing::Test {
protected:
    static void SetUpTestSuite() {
        add("round_robin", config_of("round_robin", {}, {}));
        add("weighted", config_of("weighted", {}, {}));
        add("weighted_4_2_1", config_of("weighted", {1, 4, 2, 1}, {}));
        add("age", config_of("age", {}, {}));
        add("byte_fair", config_of("byte_fair", {}, {}));
        add("strict_priority", config_of("strict_priority", {}, {}));
        add("strict_priority_last_first", config_of("strict_priority", {}, {4, 3, 2, 1}));
    }
    static void TearDownTestSuite() { platforms.clear(); }

    static Shares run(const std::string& name) {
        PooledPlatform& platform = *platforms.at(name);
        platform.bring_up();
        platform.device.requests.clear();
        const Shares shares = measure(platform);
        print(name.c_str(), shares);
        return shares;
    }

private:
    static void add(const std::string& name, const PlatformConfig& config) {
        platforms.emplace(name, std::make_unique<PooledPlatform>(name, config));
    }
    static std::map<std::string, std::unique_ptr<PooledPlatform>> platforms;
};
std::map<std::string, std::unique_ptr<PooledPlatform>> ArbiterShares::platforms;

constexpr double tolerance = 0.01;

TEST_F(ArbiterShares, round_robin_gives_equal_numbers_of_tlps) {
    const Shares shares = run("round_robin");
    for (const double share : shares.tlps) {
        EXPECT_NEAR(share, 1.0 / 3, tolerance);
    }
}

TEST_F(ArbiterShares, weighted_gives_tlps_by_weight) {
    const Shares shares = run("weighted_4_2_1");
    EXPECT_NEAR(shares.tlps[0], 4.0 / 7, tolerance);
    EXPECT_NEAR(shares.tlps[1], 2.0 / 7, tolerance);
    EXPECT_NEAR(shares.tlps[2], 1.0 / 7, tolerance);
}

TEST_F(ArbiterShares, weighted_without_weights_gives_equal_numbers_of_tlps) {
    const Shares shares = run("weighted");
    for (const double share : shares.tlps) {
        EXPECT_NEAR(share, 1.0 / 3, tolerance);
    }
}

/// Every root has as many places in the receive buffer of its port, and who leaves one queues at the end.
TEST_F(ArbiterShares, age_gives_equal_numbers_of_tlps_where_all_have_equal_buffers) {
    const Shares shares = run("age");
    for (const double share : shares.tlps) {
        EXPECT_NEAR(share, 1.0 / 3, 0.03);
    }
}

TEST_F(ArbiterShares, byte_fair_gives_equal_bytes) {
    const Shares shares = run("byte_fair");
    for (const double share : shares.bytes) {
        EXPECT_NEAR(share, 1.0 / 3, tolerance);
    }
}

TEST_F(ArbiterShares, strict_priority_starves_all_but_the_first) {
    const Shares shares = run("strict_priority_last_first");
    EXPECT_GT(shares.bytes[2], 0.95);
    EXPECT_LT(shares.bytes[0], 0.01);
}

TEST_F(ArbiterShares, strict_priority_takes_the_order_of_upstream_ports_where_none_is_given) {
    const Shares shares = run("strict_priority");
    EXPECT_GT(shares.tlps[0], 0.95);
    EXPECT_LT(shares.tlps[2], 0.01);
}

} // namespace
} // namespace rootpool::models::test
