// Connections that cannot be made or end early, and devices that are full or gone.
#include <gtest/gtest.h>

#include "tests/unit/host/network_stack_tcp_transfer.h"

namespace rootpool::host::test {
namespace {

TEST(NetworkStackTcp, ConnectionToAClosedPortIsRefused) {
    Pair pair;
    Writer writer(pair.loop, pair.a, 100);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.reason, net::TcpCloseReason::refused);
    EXPECT_EQ(pair.b.stack.drops()[Drop::no_socket], 1U);
    EXPECT_TRUE(pair.a.stack.sockets().tcp_sockets().empty());
}

TEST(NetworkStackTcp, AbortResetsThePeer) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(200us);
    ASSERT_NE(reader.socket, nullptr);
    reader.socket->abort(pair.loop.now());
    reader.reading = false;
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.reason, net::TcpCloseReason::reset);
    EXPECT_EQ(pair.a.pool.free_buffers(), 4096U);
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U);
}

TEST(NetworkStackTcp, FullRingOfTheDeviceHoldsPacketsInTheQueue) {
    Pair pair;
    pair.a.nic.ring = 2;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 20'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_GT(pair.a.stack.work().tx_queued, 0U);
    EXPECT_EQ(pair.a.stack.drops()[Drop::transmit_queue], 0U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, DataUnderADeviceIsNotOverwritten) {
    StackParameters parameters;
    parameters.send_buffer = 64U * 1024;
    Pair pair(parameters);
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 0);
    writer.close_at_end = false;
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1ms);
    pair.a.nic.stopped = true; // packets lie in the ring
    writer.bytes = 1000;
    writer.write();
    const TxPacket stuck = pair.a.nic.given.back();
    // the peer acknowledges all the same, as it would after a retransmission by another way
    const auto& connection = writer.socket->connection();
    net::TcpIncomingSegment ack;
    ASSERT_TRUE(connection.send_side().in_flight());
    ack.flags.ack = true;
    const auto frame = tcp_view([&] {
        Bytes bytes(stuck.fragments[0].length);
        pair.a.memory.read(stuck.fragments[0].address, bytes);
        core::store_be<std::uint16_t>(&bytes[16], 20 + 32); // without data
        return bytes;
    }());
    ASSERT_TRUE(frame);
    ack.sequence = frame->tcp.acknowledgment;
    ack.acknowledgment = frame->tcp.sequence + 1000;
    ack.window = 1000;
    const std::uint32_t space = writer.socket->send_space();
    writer.socket->on_segment(ack, {}, pair.loop.now());
    EXPECT_EQ(connection.acknowledged_bytes(), 1000U);
    EXPECT_EQ(writer.socket->send_space(), space) << "the device may still read it";
    pair.a.stack.on_transmitted(stuck.cookie, pair.loop.now());
    EXPECT_EQ(writer.socket->send_space(), space + 1000);
}

TEST(NetworkStackTcp, RemovedInterfaceGivesEverythingBack) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 100'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(5ms);
    const std::uint64_t stale = pair.a.nic.given.back().cookie;
    pair.a.stack.remove_interface(pair.a.interface, pair.loop.now());
    pair.a.stack.on_transmitted(stale, pair.loop.now()); // a late completion means nothing
    pair.loop.run_until(10ms);
    EXPECT_EQ(pair.a.stack.tcp_connect({pair.b.address, port}, nullptr, pair.loop.now()), nullptr);
    EXPECT_GT(pair.a.stack.drops()[Drop::no_route] + pair.a.stack.drops()[Drop::wrong_destination], 0U);
    EXPECT_EQ(pair.a.pool.free_buffers(), 4096U);
    EXPECT_EQ(pair.a.stack.packets_under_way(), 0U);
}

TEST(NetworkStackTcp, FloodOfSynsIsBounded) {
    StackParameters parameters;
    parameters.tcp_sockets = 8;
    Pair pair({}, parameters);
    Reader reader(pair.loop, pair.b, port);
    Bytes syn(60);
    net::EthernetHeader{pair.b.nic.mac(), pair.a.nic.mac(), net::EtherType::ipv4}.write(syn);
    net::Ipv4Header ip;
    ip.total_length = 40;
    ip.protocol = net::IpProtocol::tcp;
    ip.source = pair.a.address;
    ip.destination = pair.b.address;
    ip.write(core::MutableByteView(syn).subspan(14));
    net::TcpHeader tcp;
    tcp.destination_port = port;
    tcp.flags.syn = true;
    for (std::uint16_t source = 1; source < 500; ++source) {
        tcp.source_port = source;
        tcp.write(core::MutableByteView(syn).subspan(34));
        pair.b.nic.receive(syn);
    }
    pair.loop.run_until(1ms);
    EXPECT_LE(pair.b.stack.sockets().tcp_sockets().size(), 8U);
    EXPECT_GE(pair.b.stack.drops()[Drop::backlog], 499U - 8 - 3) << "three resets come back when ARP is done";
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U);
    pair.loop.run_until(400s);
    EXPECT_TRUE(pair.b.stack.sockets().tcp_sockets().empty()) << "handshakes that nobody finishes end";
}

} // namespace
} // namespace rootpool::host::test
