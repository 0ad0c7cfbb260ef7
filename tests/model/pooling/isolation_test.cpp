// Roots with equal bus numbers, addresses and tags share a device at the same time and never see each other's bytes.
#include <gtest/gtest.h>

#include "pooled_platform.h"

namespace rootpool::models::test {
namespace {

using pcie::TlpKind;

constexpr unsigned rounds = 300;
constexpr std::uint64_t dma_address = 0x0010'0000;

/// Traffic of one platform: each root writes and reads its VF, each VF writes and reads its root, all with the same
/// numbers.
class Traffic {
public:
    explicit Traffic(PooledPlatform& platform) : platform_(platform) {
        platform.device.memory = [](std::uint64_t address) {
            return static_cast<std::uint32_t>(address * 2654435761U);
        };
        for (std::uint32_t root = 0; root < platform.roots.size(); ++root) {
            platform.roots[root]->memory = [root](std::uint64_t address) {
                return root << 24U | static_cast<std::uint32_t>(address & 0xFF'FFFFU);
            };
            platform.roots[root]->requests.clear();
            platform.roots[root]->completions.clear();
        }
        platform.device.requests.clear();
        platform.device.completions.clear();
    }

    void inject() {
        const SimTime start = now();
        for (unsigned round = 0; round < rounds; ++round) {
            const SimTime at = start + round * 400ns;
            const pcie::Tag tag(static_cast<std::uint16_t>(round % 32));
            for (unsigned root = 1; root < platform_.roots.size(); ++root) {
                const std::uint64_t offset = 4 * (round % 1024);
                FakeComponent& host = *platform_.roots[root];
                host.send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window + offset),
                          root << 24U | round, at);
                host.send(memory_request(TlpKind::memory_read, {}, PooledPlatform::slave_window + offset, 1, tag), 0,
                          at);
                const pcie::Bdf vf = platform_.device.vf(root - 1);
                platform_.device.send(memory_request(TlpKind::memory_write, vf, dma_address + 256 * round, 32),
                                      root << 24U | round << 8U, at);
                platform_.device.send(memory_request(TlpKind::memory_read, vf, dma_address + 4 * round, 1, tag), 0, at);
            }
        }
    }

    void check_roots() const {
        for (unsigned root = 1; root < platform_.roots.size(); ++root) {
            const FakeComponent& host = *platform_.roots[root];
            ASSERT_EQ(host.completions.size(), rounds);
            for (unsigned round = 0; round < rounds; ++round) {
                const std::uint64_t device_address =
                    PooledPlatform::master_window + (root - 1) * PooledPlatform::vf_bytes + 4 * (round % 1024);
                const Received& answer = host.completions[round];
                EXPECT_EQ(answer.value(), platform_.device.memory(device_address));
                EXPECT_EQ(answer.tlp->header.tag.value(), round % 32);
                EXPECT_EQ(answer.tlp->header.completer, PooledPlatform::slot);
            }
            check_dma(root);
        }
    }

    void check_device() const {
        std::vector<std::uint32_t> writes(platform_.roots.size());
        for (const Received& request : platform_.device.requests) {
            if (request.tlp->header.kind == TlpKind::memory_write) {
                const unsigned root = request.value() >> 24U;
                ASSERT_LT(root, writes.size());
                const std::uint64_t base = PooledPlatform::master_window + (root - 1) * PooledPlatform::vf_bytes;
                EXPECT_EQ(request.tlp->header.address, base + 4 * (writes[root] % 1024));
                EXPECT_EQ(request.value() & 0xFF'FFFFU, writes[root]) << "writes of one root keep their order";
                ++writes[root];
            }
        }
        std::vector<unsigned> reads(platform_.roots.size());
        for (const Received& answer : platform_.device.completions) {
            const unsigned root = answer.value() >> 24U;
            ASSERT_LT(root, reads.size());
            EXPECT_EQ(answer.tlp->header.requester, platform_.device.vf(root - 1));
            EXPECT_EQ(answer.value() & 0xFF'FFFFU, dma_address + 4 * reads[root]);
            ++reads[root];
        }
        for (unsigned root = 1; root < writes.size(); ++root) {
            EXPECT_EQ(writes[root], rounds);
            EXPECT_EQ(reads[root], rounds);
        }
    }

private:
    void check_dma(unsigned root) const {
        unsigned writes = 0;
        for (const Received& request : platform_.roots[root]->requests) {
            EXPECT_EQ(request.tlp->header.requester, PooledPlatform::slot);
            if (request.tlp->header.kind != TlpKind::memory_write) {
                continue;
            }
            EXPECT_EQ(request.tlp->header.address, dma_address + 256 * writes);
            for (std::uint32_t dword = 0; dword < 32; ++dword) {
                EXPECT_EQ(request.value(dword), (root << 24U | writes << 8U) + dword);
            }
            ++writes;
        }
        EXPECT_EQ(writes, rounds);
    }

    PooledPlatform& platform_;
};

void expect_no_refusal(const PooledPlatform& platform) {
    for (unsigned root = 0; root < platform.roots.size(); ++root) {
        const pcie::RootId id(static_cast<std::uint8_t>(root));
        EXPECT_EQ(platform.multi_root_switch.engine(pooling::DeviceIndex(0)).counters(id).refused.total(), 0U);
        EXPECT_EQ(platform.multi_root_switch.virtual_switch(id).refused().total(), 0U);
    }
}

void expect_an_event_per_grant(const CrossbarOutput& output) {
    EXPECT_GT(output.granted(), rounds);
    EXPECT_LE(output.arbitrations() - output.granted(), output.granted() / 100) << "one event per TLP";
}

TEST(Isolation, roots_with_equal_numbers_never_see_each_others_bytes) {
    PlatformConfig config;
    config.roots = 4;
    config.link_latency = 60ns;
    PooledPlatform with_scoreboard("scoreboard", config);
    config.return_route = "completer_id";
    config.profile = "asic";
    PooledPlatform with_completer_id("completer_id", config); // two platforms of one process are independent
    for (PooledPlatform* platform : {&with_scoreboard, &with_completer_id}) {
        platform->bring_up();
        Traffic traffic(*platform);
        traffic.inject();
        PooledPlatform::run_for(2ms);
        traffic.check_roots();
        traffic.check_device();
        expect_no_refusal(*platform);
        expect_an_event_per_grant(platform->multi_root_switch.downstream(pooling::DeviceIndex(0)).output());
        for (unsigned root = 1; root < config.roots; ++root) {
            expect_an_event_per_grant(
                platform->multi_root_switch.upstream(pcie::RootId(static_cast<std::uint8_t>(root))).output());
        }
    }
}

} // namespace
} // namespace rootpool::models::test
