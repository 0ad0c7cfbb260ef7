#include <gtest/gtest.h>

#include "tests/unit/host/network_stack_tcp_transfer.h"

namespace rootpool::host::test {
namespace {

TEST(NetworkStackTcp, HandshakeCarriesTheOptionsOfLinux) {
    Pair pair;
    std::vector<CapturedFrame> frames;
    pair.a.nic.capture = pair.b.nic.capture = &frames;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 0);
    writer.close_at_end = false;
    writer.connect({pair.b.address, port});
    pair.loop.run_until(10ms);

    std::vector<TcpView> tcp;
    for (const CapturedFrame& frame : frames) {
        if (const auto view = tcp_view(frame.bytes)) {
            tcp.push_back(*view);
        }
    }
    ASSERT_EQ(tcp.size(), 3U);
    EXPECT_TRUE(tcp[0].tcp.flags.syn && !tcp[0].tcp.flags.ack);
    EXPECT_EQ(tcp[0].tcp.options.mss, 1460);
    EXPECT_EQ(tcp[0].tcp.options.window_scale, 3) << "384 KB of window need three shifts";
    EXPECT_TRUE(tcp[0].tcp.options.timestamps);
    EXPECT_FALSE(tcp[0].tcp.options.sack_permitted);
    EXPECT_TRUE(tcp[1].tcp.flags.syn && tcp[1].tcp.flags.ack);
    EXPECT_EQ(tcp[1].tcp.acknowledgment, tcp[0].tcp.sequence + 1);
    EXPECT_EQ(tcp[1].tcp.options.timestamps->echo_reply, tcp[0].tcp.options.timestamps->value);
    EXPECT_FALSE(tcp[2].tcp.flags.syn);
    EXPECT_TRUE(tcp[2].tcp.flags.ack);
    EXPECT_EQ(tcp[2].tcp.acknowledgment, tcp[1].tcp.sequence + 1);
    EXPECT_EQ(writer.socket->state(), net::TcpState::established);
    EXPECT_EQ(reader.socket->state(), net::TcpState::established);
}

TEST(NetworkStackTcp, BulkTransferReachesTheRateOfTheWire) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 100'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    const double seconds = std::chrono::duration<double>(reader.last_byte_at - writer.connected_at).count();
    const double rate = static_cast<double>(reader.received) * 8 / seconds;
    EXPECT_GT(rate, 9.35e9);
    EXPECT_LT(rate, 9.415e9) << "more than 1448 of 1538 bytes";
    EXPECT_EQ(writer.counters.retransmissions, 0U);
    EXPECT_EQ(reader.counters.out_of_order, 0U);
    EXPECT_GT(pair.b.stack.work().rx_merged, pair.b.stack.work().rx_packets / 2) << "coalescing works";
    EXPECT_LT(pair.a.stack.work().tx_packets, pair.b.stack.work().rx_packets / 4)
        << "segmentation is left to the device";
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, WithoutAnyOffloadTheBytesAreTheSame) {
    StackParameters parameters;
    parameters.receive_coalescing = false;
    parameters.tcp.tso_maximum = 0;
    parameters.tcp.timestamps = false;
    parameters.tcp.window_scaling = false;
    Pair pair(parameters, parameters);
    pair.a.nic.checks_checksums = pair.b.nic.checks_checksums = false;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 10'000'001);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(pair.b.stack.drops()[Drop::bad_checksum], 0U);
    EXPECT_EQ(pair.b.stack.work().rx_merged, 0U);
    expect_clean(pair, writer, reader);
}
TEST(NetworkStackTcp, ZeroWindowStopsTheSenderAndProbesFindItOpen) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    reader.reading = false;
    Writer writer(pair.loop, pair.a, 2'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(3s);
    EXPECT_GT(reader.socket->readable(), 380'000U);
    EXPECT_LE(reader.socket->readable(), 512U * 1024) << "never beyond the receive buffer";
    EXPECT_GE(writer.socket->counters().zero_windows_received, 1U);
    EXPECT_GE(writer.socket->counters().window_probes, 2U);
    const std::uint64_t before = reader.socket->readable();
    pair.loop.run_until(4s);
    EXPECT_EQ(reader.socket->readable(), before);

    // the update that reading sends is lost: the next probe must find the open window
    unsigned lost = 0;
    pair.b.nic.wire = [&lost](const Bytes&) { return Fate{++lost == 1}; };
    reader.reading = true;
    reader.read();
    pair.loop.run_until(30s);
    EXPECT_GE(lost, 2U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, OfferedWindowIsNeverTakenBack) {
    StackParameters small;
    small.tcp.receive_buffer = 64U * 1024;
    Pair pair({}, small);
    std::int64_t edge = -1;
    std::uint32_t origin = 0;
    std::int64_t worst = 0;
    pair.b.nic.wire = [&](const Bytes& frame) {
        const auto view = tcp_view(frame);
        if (view && view->tcp.flags.syn) {
            origin = view->tcp.acknowledgment;
        } else if (view) {
            const std::int64_t offered =
                std::int64_t{view->tcp.acknowledgment - origin} + (std::int64_t{view->tcp.window});
            worst = std::min(worst, offered - edge);
            edge = std::max(edge, offered);
        }
        return Fate{};
    };
    Reader reader(pair.loop, pair.b, port);
    reader.reading = false;
    Writer writer(pair.loop, pair.a, 3'000'000);
    writer.connect({pair.b.address, port});
    for (SimTime t = 1ms; t < 2s; t += 100us) { // a slow reader of odd amounts
        pair.loop.at(t, [&reader] {
            if (reader.socket != nullptr) {
                reader.read(7777);
            }
        });
    }
    pair.loop.run_until(3s);
    EXPECT_EQ(worst, 0) << "48 KB of window need no scaling, so the edge may not move back by a byte";
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, SingleSegmentIsAcknowledgedAfterTheQuickAcksByTheTimer) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 0);
    writer.close_at_end = false;
    writer.connect({pair.b.address, port});
    std::vector<SimTime> acks;
    pair.b.nic.wire = [&](const Bytes&) {
        acks.push_back(pair.loop.now());
        return Fate{};
    };
    pair.loop.run_until(10ms);
    acks.clear();
    std::vector<SimTime> delays;
    for (unsigned i = 0; i < 24; ++i) {
        const SimTime sent = pair.loop.now();
        writer.bytes += 100;
        writer.write();
        pair.loop.run_until(sent + 99ms);
        ASSERT_EQ(acks.size(), i + 1);
        delays.push_back(acks.back() - sent);
    }
    EXPECT_LT(delays.front(), SimTime(1ms)) << "quick acknowledgments at the start";
    EXPECT_GE(delays.back(), SimTime(40ms));
    EXPECT_LE(delays.back(), SimTime(41ms) + 100us) << "40 ms, on a tick";
    EXPECT_GE(reader.socket->counters().delayed_acks, 7U);
}

TEST(NetworkStackTcp, EverySecondFullSegmentIsAcknowledgedAtOnce) {
    StackParameters parameters;
    parameters.receive_coalescing = false;
    parameters.tcp.tso_maximum = 0;
    Pair pair(parameters, parameters);
    Reader reader(pair.loop, pair.b, port);
    reader.reading = false; // reading acknowledges too
    Writer writer(pair.loop, pair.a, 200 * 1448);
    writer.close_at_end = false;
    writer.connect({pair.b.address, port});
    pair.loop.run_until(100ms);
    const net::TcpCounters& counters = reader.socket->counters();
    EXPECT_EQ(counters.bytes_received, 200U * 1448);
    EXPECT_NEAR(static_cast<double>(counters.pure_acks_sent), 16 + (200 - 16) / 2.0, 2.0)
        << "16 quick ones, then every second";
}

TEST(NetworkStackTcp, NagleHoldsTheSecondSmallSegmentBack) {
    for (const bool no_delay : {false, true}) {
        StackParameters parameters;
        parameters.tcp.no_delay = no_delay;
        Pair pair(parameters);
        Reader reader(pair.loop, pair.b, port);
        Writer writer(pair.loop, pair.a, 0);
        writer.close_at_end = false;
        writer.connect({pair.b.address, port});
        pair.loop.run_until(10ms);
        const std::size_t before = pair.a.nic.given.size();
        for (int i = 0; i < 5; ++i) {
            writer.bytes += 10;
            writer.write();
        }
        EXPECT_EQ(pair.a.nic.given.size() - before, no_delay ? 5U : 1U);
        pair.loop.run_until(20ms);
        EXPECT_EQ(pair.a.nic.given.size() - before, no_delay ? 5U : 2U) << "the rest goes together after the ACK";
        EXPECT_EQ(reader.received, 50U);
    }
}
TEST(NetworkStackTcp, TwoConnectionsShareTheWireFairly) {
    Pair pair;
    Reader first_reader(pair.loop, pair.b, port, 7);
    Reader second_reader(pair.loop, pair.b, port + 1, 8);
    Writer first(pair.loop, pair.a, 200'000'000, 7);
    Writer second(pair.loop, pair.a, 200'000'000, 8);
    first.connect({pair.b.address, port});
    second.connect({pair.b.address, port + 1});
    pair.loop.run_until(100ms);
    const double ratio = static_cast<double>(first_reader.received) / static_cast<double>(second_reader.received);
    EXPECT_NEAR(ratio, 1.0, 0.2);
    EXPECT_EQ(first_reader.wrong + second_reader.wrong, 0U);
}

} // namespace
} // namespace rootpool::host::test
