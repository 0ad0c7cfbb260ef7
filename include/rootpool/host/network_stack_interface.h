#pragma once

#include <cstdint>

#include "rootpool/core/ring_queue.h"
#include "rootpool/core/time.h"
#include "rootpool/host/net_device.h"
#include "rootpool/host/network_stack_arp.h"
#include "rootpool/host/network_stack_coalescing.h"
#include "rootpool/host/network_stack_counters.h"
#include "rootpool/host/network_stack_transmit_slots.h"
#include "rootpool/net/address.h"
#include "rootpool/net/arp.h"

namespace rootpool::host {

/// One interface of a stack: its device, its addresses, the queue in front of the device (pfifo_fast with one band) and
/// its neighbours.
class NetworkInterface {
public:
    struct Environment {
        TransmitSlots& slots;
        StackWork& work;
        DropCounters& drops;
    };
    struct Addresses {
        net::Ipv4Address address;
        net::Ipv4Address netmask;
        std::uint16_t mtu = 1500;
    };

    NetworkInterface(const Environment& environment, CoalescedReceiver& receiver, InterfaceId id, NetDevice& device,
                     const Addresses& addresses, unsigned queue_packets) noexcept
        : environment_(environment), coalescing_(receiver), id_(id), device_(&device), addresses_(addresses),
          queue_packets_(queue_packets) {}

    [[nodiscard]] InterfaceId id() const noexcept { return id_; }
    [[nodiscard]] bool present() const noexcept { return device_ != nullptr; }
    [[nodiscard]] net::MacAddress mac() const noexcept { return device_->mac(); }
    [[nodiscard]] net::Ipv4Address address() const noexcept { return addresses_.address; }
    [[nodiscard]] std::uint16_t mtu() const noexcept { return addresses_.mtu; }
    [[nodiscard]] bool reaches(net::Ipv4Address to) const noexcept {
        return ((to.value() ^ addresses_.address.value()) & addresses_.netmask.value()) == 0;
    }
    [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }
    [[nodiscard]] ReceiveCoalescing& coalescing() noexcept { return coalescing_; }

    /// Sends a packet whose Ethernet header lacks the destination. Without a neighbour's address it waits for ARP.
    void output(net::Ipv4Address next_hop, const TxPacket& packet, SimTime now);
    /// The device freed room.
    void drain();
    void on_arp(const net::ArpPacket& packet, SimTime now);
    [[nodiscard]] SimTime next_deadline() const noexcept { return present() ? arp_.next_deadline() : core::never; }
    /// Whether a timer fired.
    bool on_timer(SimTime now);
    /// The device is gone.
    void remove();

private:
    void enqueue(const TxPacket& packet);
    bool hand_over(const TxPacket& packet);
    void discard(std::uint64_t cookie, Drop reason);
    void send_arp(net::ArpOperation operation, const net::MacAddress& to, net::Ipv4Address target);

    Environment environment_;
    ReceiveCoalescing coalescing_;
    InterfaceId id_;
    NetDevice* device_;
    Addresses addresses_;
    unsigned queue_packets_;
    core::RingQueue<TxPacket> queue_;
    ArpTable arp_;
};

} // namespace rootpool::host
