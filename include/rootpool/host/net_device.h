#pragma once

#include <array>
#include <cstdint>

#include "rootpool/core/error.h"

namespace rootpool::host {

using MacAddress = std::array<std::uint8_t, 6>;

/// A contiguous piece of host memory that a device may read or write.
struct DmaRange {
    std::uint64_t address = 0;
    std::uint32_t length = 0;
};

/// A packet that the stack gives to a driver: headers and data where they lie in host memory.
struct TxPacket {
    static constexpr unsigned max_fragments = 4; ///< header, data, data after the send ring wrapped, spare

    std::array<DmaRange, max_fragments> fragments{};
    unsigned fragment_count = 0;
    std::uint32_t total_length = 0;

    // offloads; lengths in bytes
    bool ipv4_checksum = false;
    bool l4_checksum = false;
    bool l4_is_tcp = false;
    std::uint8_t mac_length = 14;
    std::uint8_t ip_length = 20;
    std::uint8_t l4_length = 20;
    std::uint16_t mss = 0; ///< TCP segmentation when not 0

    /// Given back through TxCompletion when the device has read the packet.
    std::uint64_t cookie = 0;

    void add(DmaRange range) {
        if (fragment_count == max_fragments) {
            throw core::ModelViolation("a packet for transmission has too many fragments");
        }
        fragments[fragment_count++] = range;
        total_length += range.length;
    }
};

/// A received packet in a buffer of host memory. Whoever gets it owns the buffer and returns it to its ReceiveBuffers.
struct RxPacket {
    std::uint64_t buffer = 0; ///< address of the first byte of the Ethernet header
    std::uint16_t length = 0; ///< without FCS
    bool ipv4_checksum_ok = false;
    bool l4_checksum_ok = false;
};

/// Where a driver puts received packets and finished transmissions.
class NetDeviceClient {
public:
    virtual ~NetDeviceClient() = default;
    virtual void on_received(const RxPacket& packet) = 0;
    virtual void on_transmitted(std::uint64_t cookie) = 0;
};

/// Supply of receive buffers of one fixed size.
class ReceiveBuffers {
public:
    virtual ~ReceiveBuffers() = default;
    [[nodiscard]] virtual bool available() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t take() = 0;
    virtual void give_back(std::uint64_t address) = 0;
};

/// A network interface as the kernel sees it (NAPI style: interrupt, then poll until drained). No call waits.
class NetDevice {
public:
    virtual ~NetDevice() = default;

    [[nodiscard]] virtual MacAddress mac() const noexcept = 0;
    [[nodiscard]] virtual bool link_up() const noexcept = 0;
    /// Puts the packet on the ring and rings the doorbell; false when the ring has no room (nothing was taken).
    virtual bool transmit(const TxPacket& packet) = 0;
    /// Whether descriptors are done that poll_* would find; reads host memory only.
    [[nodiscard]] virtual bool receive_pending() const = 0;
    [[nodiscard]] virtual bool transmit_done_pending() const = 0;
    /// Hands over at most `budget` received packets; returns how many. Refills the ring as the driver does.
    virtual unsigned poll_receive(unsigned budget, NetDeviceClient& client) = 0;
    /// Reports finished transmissions.
    virtual unsigned poll_transmit_done(NetDeviceClient& client) = 0;
    /// End of polling: adjusts interrupt throttling (adaptive moderation) and unmasks the queue's vector.
    virtual void polling_done() = 0;
};

} // namespace rootpool::host
