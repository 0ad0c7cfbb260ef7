#include <functional>
#include <gtest/gtest.h>
#include <set>
#include <stdexcept>

#include "models/core/wheel_scheduler.h"
#include "models/nic/nic_82599.h"

namespace rootpool::models {
namespace {

TEST(Nic82599Config, ImpossibleValuesAreRefusedBeforeElaborationEnds) {
    WheelScheduler scheduler("scheduler");
    pcie::TlpFactory tlps;
    net::FramePool frames;
    const std::function<void(Nic82599Config&)> changes[] = {
        [](Nic82599Config& config) { config.tags = 0; },
        [](Nic82599Config& config) { config.tags = 33; },
        [](Nic82599Config& config) { config.core_period = SimTime{0}; },
        [](Nic82599Config& config) { config.rx_packet_buffer_bytes = 1000; },
        [](Nic82599Config& config) { config.tx_packet_buffer_bytes = 1000; },
        [](Nic82599Config& config) { config.rx_descriptor_fetches = 0; },
        [](Nic82599Config& config) { config.loopback_bytes_per_cycle = 0; },
        [](Nic82599Config& config) { config.dma_queue = 0; },
        [](Nic82599Config& config) { config.completion_timeout = SimTime{0}; },
        [](Nic82599Config& config) { config.functions.bar0_bytes = 100'000; },
        [](Nic82599Config& config) { config.mac = {}; },
        [](Nic82599Config& config) { config.mac[0] = 0x91; },
    };
    int number = 0;
    for (const auto& change : changes) {
        Nic82599Config config;
        change(config);
        const std::string name = "nic" + std::to_string(number++);
        EXPECT_THROW(Nic82599(name.c_str(), config, scheduler, tlps, frames), std::invalid_argument) << name;
    }
}

TEST(NicMacAddress, BelongsToDeviceAndSeed) {
    std::set<nic::MacAddress> seen;
    for (std::uint64_t number = 0; number < 64; ++number) {
        const nic::MacAddress mac = nic_mac_address(7, number);
        EXPECT_EQ(mac, nic_mac_address(7, number));
        EXPECT_EQ(nic::mac_number(mac.data()) & 0xFF'FFFFU, 0xBA'E290U) << "Intel's range";
        EXPECT_TRUE(seen.insert(mac).second) << number;
    }
    EXPECT_NE(nic_mac_address(7, 0), nic_mac_address(8, 0));
}

} // namespace
} // namespace rootpool::models
