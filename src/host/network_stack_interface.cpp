#include "rootpool/host/network_stack_interface.h"

#include <algorithm>

#include "rootpool/host/socket_tcp.h"
#include "rootpool/net/ethernet.h"
#include "rootpool/net/frame.h"

namespace rootpool::host {

void NetworkInterface::output(net::Ipv4Address next_hop, const TxPacket& packet, SimTime now) {
    if (!present() || !device_->link_up()) {
        discard(packet.cookie, Drop::link_down);
        return;
    }
    if (const net::MacAddress* mac = arp_.find(next_hop)) {
        std::copy(mac->begin(), mac->end(), environment_.slots.bytes(packet.cookie).begin());
        enqueue(packet);
        return;
    }
    const ArpTable::Held held = arp_.hold(next_hop, packet, now);
    if (held.displaced) {
        discard(held.displaced_cookie, Drop::unresolved);
    }
    if (held.ask) {
        send_arp(net::ArpOperation::request, net::broadcast_mac, next_hop);
    }
}

bool NetworkInterface::hand_over(const TxPacket& packet) {
    if (!device_->transmit(packet)) {
        return false;
    }
    ++environment_.work.tx_packets;
    environment_.work.tx_bytes += packet.total_length;
    return true;
}

void NetworkInterface::enqueue(const TxPacket& packet) {
    if (queue_.empty() && hand_over(packet)) {
        return;
    }
    if (queue_.size() >= queue_packets_) {
        discard(packet.cookie, Drop::transmit_queue);
        return;
    }
    ++environment_.work.tx_queued;
    queue_.push(packet);
}

void NetworkInterface::drain() {
    while (!queue_.empty() && hand_over(queue_.front())) {
        queue_.pop_front();
    }
}

void NetworkInterface::discard(std::uint64_t cookie, Drop reason) {
    environment_.drops.add(reason);
    const auto owner = environment_.slots.release(cookie);
    if (owner && owner->socket != nullptr) {
        owner->socket->on_discarded(owner->stream_offset);
    }
}

void NetworkInterface::send_arp(net::ArpOperation operation, const net::MacAddress& to, net::Ipv4Address target) {
    const auto slot = environment_.slots.take_packet();
    if (!slot) {
        environment_.drops.add(Drop::transmit_queue);
        return;
    }
    environment_.slots.set_owner(slot->cookie, {id_, nullptr, 0});
    std::fill_n(slot->bytes.begin(), net::minimum_frame_bytes, std::uint8_t{0});
    net::EthernetHeader{to, mac(), net::EtherType::arp}.write(slot->bytes);
    const net::MacAddress target_mac = operation == net::ArpOperation::request ? net::MacAddress{} : to;
    net::ArpPacket{operation, mac(), address(), target_mac, target}.write(
        slot->bytes.subspan(net::EthernetHeader::size));
    TxPacket packet;
    packet.add({slot->address, net::EthernetHeader::size + net::ArpPacket::size});
    packet.cookie = slot->cookie;
    enqueue(packet);
}

void NetworkInterface::on_arp(const net::ArpPacket& packet, SimTime now) {
    const bool for_us = packet.target_address == address();
    for (const TxPacket& waiting : arp_.learn(packet.sender_address, packet.sender_mac, for_us)) {
        output(packet.sender_address, waiting, now);
    }
    if (for_us && packet.operation == net::ArpOperation::request) {
        send_arp(net::ArpOperation::reply, packet.sender_mac, packet.sender_address);
    }
}

bool NetworkInterface::on_timer(SimTime now) {
    if (next_deadline() > now) {
        return false;
    }
    const ArpTable::Expired expired = arp_.on_timer(now);
    for (const net::Ipv4Address address : expired.ask_again) {
        send_arp(net::ArpOperation::request, net::broadcast_mac, address);
    }
    for (const TxPacket& packet : expired.given_up) {
        discard(packet.cookie, Drop::unresolved);
    }
    return true;
}

void NetworkInterface::remove() {
    device_ = nullptr;
    for (const TxPacket& packet : arp_.clear()) {
        discard(packet.cookie, Drop::link_down);
    }
    while (!queue_.empty()) {
        discard(queue_.front().cookie, Drop::link_down);
        queue_.pop_front();
    }
}

} // namespace rootpool::host
