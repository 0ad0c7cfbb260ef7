#include <gtest/gtest.h>

#include "tests/unit/host/network_stack_machine.h"

namespace rootpool::host::test {
namespace {

constexpr std::uint16_t port = 5001;

/// What a healthy transfer leaves behind.
void expect_clean(Pair& pair, const Writer& writer, const Reader& reader) {
    EXPECT_EQ(reader.received, writer.bytes);
    EXPECT_EQ(reader.wrong, 0U);
    EXPECT_EQ(writer.reason, net::TcpCloseReason::finished);
    EXPECT_EQ(reader.reason, net::TcpCloseReason::finished);
    pair.loop.run_until(pair.loop.now() + 2s); // TIME_WAIT passes
    EXPECT_TRUE(pair.a.stack.sockets().tcp_sockets().empty());
    EXPECT_TRUE(pair.b.stack.sockets().tcp_sockets().empty());
    EXPECT_EQ(pair.a.pool.free_buffers(), 4096U) << "a receive buffer was lost";
    EXPECT_EQ(pair.b.pool.free_buffers(), 4096U) << "a receive buffer was lost";
}

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

TEST(NetworkStackTcp, OneLostSegmentIsRepairedByFastRetransmit) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->data != 0 && ++count == 2000};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 20'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.counters.fast_retransmits, 1U);
    EXPECT_EQ(writer.counters.retransmissions, 1U);
    EXPECT_EQ(writer.counters.timeouts, 0U);
    EXPECT_GE(writer.counters.duplicate_acks, 3U);
    EXPECT_GE(reader.counters.out_of_order, 3U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LossOfManySegmentsIsRepaired) {
    Pair pair;
    std::uint32_t random = 12345;
    pair.a.nic.wire = [&random](const Bytes&) {
        random = random * 1'664'525U + 1'013'904'223U;
        return Fate{random >> 16U < 65'536 / 200}; // 0.5 %
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 10'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(200s);
    EXPECT_GT(writer.counters.retransmissions, 10U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LossOfTheTailWaitsForTheTimeOut) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->data != 0 && ++count == 3};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 3 * 1448);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.counters.timeouts, 1U);
    const SimTime taken = reader.last_byte_at - writer.connected_at;
    EXPECT_GE(taken, SimTime(200ms)) << "the least RTO";
    EXPECT_LE(taken, SimTime(210ms));
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, TimeOutBacksOffExponentiallyAndGivesUp) {
    StackParameters parameters;
    parameters.tcp.data_retries = 4;
    Pair pair(parameters);
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1000);
    writer.close_at_end = false;
    std::vector<SimTime> sent;
    pair.a.nic.wire = [&](const Bytes& frame) {
        const auto view = tcp_view(frame);
        const bool data = view && view->data != 0;
        if (data) {
            sent.push_back(pair.loop.now());
        }
        return Fate{data};
    };
    writer.connect({pair.b.address, port});
    pair.loop.run_until(60s);
    ASSERT_EQ(sent.size(), 5U);
    for (std::size_t i = 2; i < sent.size(); ++i) {
        const double ratio = std::chrono::duration<double>(sent[i] - sent[i - 1]) /
                             std::chrono::duration<double>(sent[i - 1] - sent[i - 2]);
        EXPECT_NEAR(ratio, 2.0, 0.02);
    }
    EXPECT_EQ(writer.reason, net::TcpCloseReason::timed_out);
}

TEST(NetworkStackTcp, ReorderingIsPutRight) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        const bool late = view && view->data != 0 && ++count % 50 == 0;
        return Fate{false, late ? SimTime(2us) : SimTime(0)};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 10'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(5s);
    EXPECT_GT(reader.counters.out_of_order, 10U);
    EXPECT_EQ(writer.counters.timeouts, 0U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, DuplicatedFramesAreNoNewBytes) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1'000'000);
    pair.a.nic.wire = [&](const Bytes& frame) {
        pair.loop.at(pair.loop.now() + 50us, [&pair, frame] { pair.b.nic.receive(frame); });
        return Fate{};
    };
    writer.connect({pair.b.address, port});
    pair.loop.run_until(5s);
    EXPECT_GT(reader.counters.old_data, 0U);
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

TEST(NetworkStackTcp, LostSynIsSentAgainAfterThreeSeconds) {
    Pair pair;
    unsigned syns = 0;
    pair.a.nic.wire = [&syns](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->tcp.flags.syn && ++syns == 1};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 100);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(10s);
    EXPECT_EQ(syns, 2U);
    EXPECT_GE(writer.connected_at, SimTime(3s));
    EXPECT_LE(writer.connected_at, SimTime(3s) + 2ms);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LostFinAndLostLastAckAreRepaired) {
    for (const unsigned victim : {1U, 2U}) {
        Pair pair;
        unsigned fins = 0;
        const auto lose_fin = [&fins, victim](const Bytes& frame) {
            const auto view = tcp_view(frame);
            return Fate{view && view->tcp.flags.fin && ++fins == victim};
        };
        pair.a.nic.wire = pair.b.nic.wire = lose_fin;
        Reader reader(pair.loop, pair.b, port);
        Writer writer(pair.loop, pair.a, 5000);
        writer.connect({pair.b.address, port});
        pair.loop.run_until(5s);
        EXPECT_GE(fins, 3U);
        expect_clean(pair, writer, reader);
    }
}

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

/// Spoils one byte of the headers or data of every 20th frame.
struct Spoiler {
    std::uint32_t random = 7;
    unsigned frames = 0;
    [[nodiscard]] std::uint32_t next() { return (random = random * 1'664'525U + 1'013'904'223U) >> 8U; }
    void receive(TestNic& nic, Bytes frame, std::size_t first) {
        frame[first + next() % (frame.size() - first)] ^= static_cast<std::uint8_t>(1 + next() % 255);
        nic.receive(frame);
    }
    [[nodiscard]] bool now() { return ++frames % 20 == 0; }
};

TEST(NetworkStackTcp, DamagedFramesAreFoundByTheirChecksumAndSentAgain) {
    Pair pair;
    Spoiler spoiler;
    pair.b.nic.checks_checksums = false;
    pair.a.nic.wire = [&](const Bytes& frame) {
        if (!tcp_view(frame) || !spoiler.now()) {
            return Fate{};
        }
        spoiler.receive(pair.b.nic, frame, 14);
        return Fate{true};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(400s);
    EXPECT_GT(pair.b.stack.drops()[Drop::bad_checksum], 5U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, DamageThatNoChecksumFindsNeitherCrashesNorLeaks) {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        Pair pair;
        Spoiler there{seed};
        Spoiler back{seed + 1000};
        pair.a.nic.wire = [&](const Bytes& frame) {
            if (there.now()) {
                there.receive(pair.b.nic, Bytes(frame.begin(), frame.begin() + 60), 14);
            }
            return Fate{};
        };
        pair.b.nic.wire = [&](const Bytes& frame) {
            if (back.now()) {
                back.receive(pair.a.nic, frame, 14);
            }
            return Fate{};
        };
        Reader reader(pair.loop, pair.b, port);
        Writer writer(pair.loop, pair.a, 300'000);
        writer.connect({pair.b.address, port});
        pair.loop.run_until(20s);
        if (writer.socket != nullptr) {
            writer.socket->abort(pair.loop.now());
        }
        if (reader.socket != nullptr) {
            reader.socket->abort(pair.loop.now());
        }
        pair.loop.run_until(60s);
        EXPECT_EQ(pair.a.pool.free_buffers(), 4096U) << "seed " << seed;
        EXPECT_EQ(pair.b.pool.free_buffers(), 4096U) << "seed " << seed;
        EXPECT_EQ(pair.a.stack.packets_under_way(), 0U) << "seed " << seed;
        EXPECT_EQ(pair.b.stack.packets_under_way(), 0U) << "seed " << seed;
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
