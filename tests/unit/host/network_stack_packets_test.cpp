#include <gtest/gtest.h>

#include "rootpool/net/arp.h"
#include "tests/unit/host/network_stack_observers.h"

namespace rootpool::host::test {
namespace {

TEST(NetworkStackArp, FirstPacketWaitsForTheAddressAndGoesOut) {
    Pair pair;
    Echoes echoes;
    pair.a.stack.add_echo_observer(echoes);
    std::vector<CapturedFrame> frames;
    pair.a.nic.capture = pair.b.nic.capture = &frames;
    ASSERT_TRUE(pair.a.stack.send_echo_request(pair.b.address, 7, 1, numbered(56), pair.loop.now()));
    pair.loop.run_until(10ms);
    ASSERT_EQ(frames.size(), 4U) << "request, reply, echo request, echo reply";
    const auto request = net::ArpPacket::parse(core::ByteView(frames[0].bytes).subspan(14));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->operation, net::ArpOperation::request);
    EXPECT_EQ(request->target_address, pair.b.address);
    EXPECT_EQ(net::EthernetHeader::parse(frames[0].bytes)->destination, net::broadcast_mac);
    const auto reply = net::ArpPacket::parse(core::ByteView(frames[1].bytes).subspan(14));
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->operation, net::ArpOperation::reply);
    EXPECT_EQ(reply->sender_mac, pair.b.nic.mac());
    ASSERT_EQ(echoes.replies.size(), 1U);
    EXPECT_EQ(echoes.replies[0].data, numbered(56));
    EXPECT_EQ(echoes.replies[0].identifier, 7);
    EXPECT_EQ(echoes.replies[0].sequence, 1);
    EXPECT_EQ(echoes.replies[0].time_to_live, 64);
    EXPECT_EQ(echoes.replies[0].from, pair.b.address);
}

TEST(NetworkStackArp, AnAbsentNeighbourIsAskedThreeTimesAndWaitingPacketsAreDropped) {
    Pair pair;
    unsigned requests = 0;
    pair.a.nic.wire = [&requests](const Bytes&) {
        ++requests;
        return Fate{true};
    };
    const net::Ipv4Address absent(0x0A00'0063);
    for (std::uint16_t i = 0; i < 5; ++i) {
        EXPECT_TRUE(pair.a.stack.send_echo_request(absent, 1, i, numbered(10), pair.loop.now()));
    }
    pair.a.arm();
    EXPECT_EQ(pair.a.stack.drops()[Drop::unresolved], 2U) << "three may wait";
    pair.loop.run_until(10s);
    EXPECT_EQ(requests, 3U);
    EXPECT_EQ(pair.a.stack.drops()[Drop::unresolved], 5U);
    EXPECT_EQ(pair.a.stack.packets_under_way(), 0U);
    EXPECT_TRUE(pair.a.stack.send_echo_request(absent, 1, 9, numbered(10), pair.loop.now()));
    EXPECT_EQ(requests, 4U) << "a later packet asks again";
}

TEST(NetworkStackArp, ANeighbourThatMovedIsFoundAgain) {
    Pair pair;
    Echoes echoes;
    pair.a.stack.add_echo_observer(echoes);
    static_cast<void>(pair.a.stack.send_echo_request(pair.b.address, 1, 1, numbered(8), pair.loop.now()));
    pair.loop.run_until(1ms);
    // the same address asks from another MAC
    Bytes frame(60);
    const net::MacAddress moved{2, 9, 9, 9, 9, 9};
    net::EthernetHeader{net::broadcast_mac, moved, net::EtherType::arp}.write(frame);
    net::ArpPacket{net::ArpOperation::request, moved, pair.b.address, {}, pair.a.address}.write(
        core::MutableByteView(frame).subspan(14));
    pair.a.nic.receive(frame);
    pair.loop.run_until(2ms);
    std::vector<CapturedFrame> frames;
    pair.a.nic.capture = &frames;
    static_cast<void>(pair.a.stack.send_echo_request(pair.b.address, 1, 2, numbered(8), pair.loop.now()));
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(net::EthernetHeader::parse(frames[0].bytes)->destination, moved);
}

TEST(NetworkStackEcho, RequestsBeyondTheMtuAreRefused) {
    Pair pair;
    EXPECT_TRUE(pair.a.stack.send_echo_request(pair.b.address, 1, 1, numbered(1472), SimTime{0}));
    EXPECT_FALSE(pair.a.stack.send_echo_request(pair.b.address, 1, 2, numbered(1473), SimTime{0}));
    EXPECT_FALSE(pair.a.stack.send_echo_request(net::Ipv4Address(0x0B00'0001), 1, 3, numbered(8), SimTime{0}));
}

TEST(NetworkStackUdp, DatagramsArriveWholeAndInOrder) {
    Pair pair;
    pair.b.nic.checks_checksums = false; // the stack looks itself
    Datagrams server;
    Datagrams client;
    pair.b.stack.udp_open(5001, &server);
    UdpSocket& socket = pair.a.stack.udp_open(0, &client);
    for (const std::size_t size : {0U, 1U, 1471U, 1472U}) {
        ASSERT_TRUE(socket.send({pair.b.address, 5001}, numbered(size), pair.loop.now()));
        pair.loop.run_until(pair.loop.now() + 1ms);
        ASSERT_FALSE(server.received.empty());
        EXPECT_EQ(server.received.back(), numbered(size));
    }
    EXPECT_EQ(server.last_from, (net::Endpoint{pair.a.address, socket.port()}));
    EXPECT_FALSE(socket.send({pair.b.address, 5001}, numbered(1473), pair.loop.now())) << "no fragmentation";
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U);
}

TEST(NetworkStackUdp, FullReceiveBufferDropsAndCounts) {
    StackParameters parameters;
    parameters.udp_receive_buffer = 10 * 2048;
    Pair pair({}, parameters);
    Datagrams server;
    server.reading = false;
    UdpSocket& receiver = pair.b.stack.udp_open(5001, &server);
    UdpSocket& sender = pair.a.stack.udp_open(0, nullptr);
    for (int i = 0; i < 25; ++i) {
        ASSERT_TRUE(sender.send({pair.b.address, 5001}, numbered(100), pair.loop.now()));
        pair.loop.run_until(pair.loop.now() + 1ms);
    }
    EXPECT_EQ(receiver.pending(), 10U);
    EXPECT_EQ(pair.b.stack.drops()[Drop::receive_buffer], 15U);
    pair.b.stack.udp_close(receiver);
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U);
}

TEST(NetworkStackUdp, PortsAreExclusive) {
    Pair pair;
    pair.a.stack.udp_open(5001, nullptr);
    EXPECT_THROW(pair.a.stack.udp_open(5001, nullptr), std::invalid_argument);
    Reader reader(pair.loop, pair.a, 5001);
    EXPECT_THROW(pair.a.stack.tcp_listen(5001, reader), std::invalid_argument);
}

TEST(NetworkStack, RefusesInterfacesThatCannotWork) {
    Pair pair;
    const net::Ipv4Address address(0x0A01'0001);
    EXPECT_THROW(pair.a.stack.add_interface(pair.a.nic, address, net::Ipv4Address(0xFF00'FF00)), std::invalid_argument);
    EXPECT_THROW(pair.a.stack.add_interface(pair.a.nic, address, net::Ipv4Address(0xFFFF'FF00), 9000),
                 std::invalid_argument);
    EXPECT_THROW(pair.a.stack.add_interface(pair.a.nic, address, net::Ipv4Address(0xFFFF'FF00), 500),
                 std::invalid_argument);
}

TEST(NetworkStack, NothingGoesOutWithoutALink) {
    Pair pair;
    pair.a.nic.up = false;
    static_cast<void>(pair.a.stack.send_echo_request(pair.b.address, 1, 1, numbered(8), SimTime{0}));
    EXPECT_TRUE(pair.a.nic.given.empty());
    EXPECT_EQ(pair.a.stack.drops()[Drop::link_down], 1U);
    EXPECT_EQ(pair.a.stack.packets_under_way(), 0U);
}

TEST(NetworkStack, BufferOutsideMemoryIsRefused) {
    Pair pair;
    RxPacket packet;
    packet.buffer = pair.b.pool.take();
    packet.length = 0;
    pair.b.stack.on_received(pair.b.interface, packet, SimTime{0});
    EXPECT_EQ(pair.b.stack.drops()[Drop::outside_memory], 1U);
}

} // namespace
} // namespace rootpool::host::test
