#pragma once

#include <cstdint>

#include "rootpool/core/hash.h"
#include "rootpool/core/time.h"
#include "rootpool/nic/functions.h"
#include "rootpool/nic/packet.h"
#include "rootpool/pcie/credits.h"

namespace rootpool::models {

/// What the 82599's receive buffers towards PCI Express hold. Intel does not publish the figures: assumed to be those
/// of a link that is never limited by register traffic. Completions are infinite, as for every endpoint (PCIe base
/// table 2-50).
[[nodiscard]] inline pcie::Credits nic_receive_credits() noexcept {
    pcie::Credits credits;
    credits[pcie::FlowClass::posted] = {{32, 128}, false};
    credits[pcie::FlowClass::non_posted] = {{32, 32}, false};
    credits[pcie::FlowClass::completion] = {{0, 0}, true};
    return credits;
}

/// An address from Intel's range 90:E2:BA for device `number` of a run with this seed. Two devices of one run never
/// have the same.
[[nodiscard]] constexpr nic::MacAddress nic_mac_address(std::uint64_t seed, std::uint64_t number) noexcept {
    core::RunningHash first;
    first.add(seed);
    const std::uint64_t low = first.value() + number;
    return {0x90,
            0xE2,
            0xBA,
            static_cast<std::uint8_t>(low >> 16U),
            static_cast<std::uint8_t>(low >> 8U),
            static_cast<std::uint8_t>(low)};
}

/// Everything about a Nic82599 that is not a register. Latencies are in cycles of the core clock; Intel publishes none,
/// so they are assumptions, chosen so that a register read takes about as long as on the real device.
struct Nic82599Config {
    nic::FunctionOptions functions;
    nic::MacAddress mac = nic_mac_address(0, 0); ///< of the port, from the NVM; unicast and not zero

    SimTime core_period{6'400'000}; ///< 156.25 MHz: 64 bits per cycle are 10 Gb/s
    unsigned tags = 32;             ///< outstanding reads per function, 1..32 (Extended Tag is not supported)
    std::uint32_t rx_packet_buffer_bytes = 512U * 1024U; ///< datasheet 1.2
    std::uint32_t tx_packet_buffer_bytes = 160U * 1024U; ///< datasheet 1.2
    unsigned rx_descriptor_fetches = 16;                 ///< received packets with descriptor reads under way
    unsigned loopback_bytes_per_cycle = 16;              ///< VF-to-VF path inside the device
    unsigned dma_queue = 4;                              ///< TLPs of the DMA engines that wait in the transaction layer
    SimTime completion_timeout = 20ms; ///< of DMA reads in the range 50 us to 50 ms, the default of Device Control 2

    unsigned configuration_cycles = 40; ///< configuration request to completion
    unsigned register_cycles = 20;      ///< register request to completion or effect
    unsigned transmit_cycles = 16;      ///< last byte of a packet in the buffer to its first bit at the MAC
    unsigned receive_cycles = 16;       ///< last bit of a frame to the descriptor fetch
    unsigned interrupt_cycles = 4;      ///< cause to message

    pcie::Credits receive_credits = nic_receive_credits();
};

} // namespace rootpool::models
