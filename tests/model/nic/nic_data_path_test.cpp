#include "nic_platform.h"
#include "rootpool/nic/checksum.h"

namespace rootpool::models::test {
namespace {

class NicDataPath : public NicPlatform {
protected:
    nic::MacAddress broadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

    /// Packets whose descriptor is written back, counted from the start of the ring.
    std::map<Server*, unsigned> done_;
    unsigned server_done(Server& server) {
        unsigned& done = done_[&server];
        while (done != server.tx_next[0] && server.tx_done(0, done)) {
            ++done;
        }
        return done;
    }

    static Bytes tcp_packet(const nic::MacAddress& to, const nic::MacAddress& from, std::size_t payload) {
        Bytes packet = make_frame(to, from, 54 + payload, 3);
        core::store_be<std::uint16_t>(packet.data() + 12, nic::ethertype_ipv4);
        std::uint8_t* ip = packet.data() + 14;
        std::fill_n(ip, 40, 0);
        ip[0] = 0x45;
        core::store_be(ip + 2, static_cast<std::uint16_t>(40 + payload));
        ip[8] = 64;
        ip[9] = 6;
        core::store_be<std::uint32_t>(ip + 12, 0x0A00'0001);
        core::store_be<std::uint32_t>(ip + 16, 0x0A00'0002);
        ip[32] = 0x50;
        ip[33] = 0x18; // PSH, ACK
        nic::ChecksumSum pseudo;
        pseudo.add({ip + 12, 8});
        pseudo.add16(6);
        core::store_be(ip + 36, pseudo.folded());
        return packet;
    }
};

TEST_F(NicDataPath, FramesTravelUnchangedInBothDirections) {
    for (const std::size_t bytes : {60U, 61U, 256U, 999U, 1514U}) {
        const Bytes there = make_frame(b.mac(1), a.mac(0), bytes, 1);
        const Bytes back = make_frame(a.mac(2), b.mac(3), bytes, 2);
        a.queue_frame(0, there, bytes % 7); // unaligned buffers
        b.queue_frame(3, back, bytes % 5);
        a.ring_doorbell(0);
        b.ring_doorbell(3);
        run_for(20us);
        const auto at_b = b.take(1);
        const auto at_a = a.take(2);
        ASSERT_TRUE(at_b && at_a) << bytes;
        EXPECT_EQ(at_b->bytes, there);
        EXPECT_EQ(at_a->bytes, back);
        EXPECT_EQ(at_b->descriptor.status_error, nic::rx_status::DD | nic::rx_status::EOP);
    }
    EXPECT_TRUE(a.tx_done(0, 4));
    EXPECT_EQ(a.read_vf(0, vf_reg::VFGPTC), 5U);
    EXPECT_EQ(b.read_vf(1, vf_reg::VFGPRC), 5U);
    EXPECT_EQ(b.read(reg::GPRC), 5U);
    EXPECT_EQ(b.read(reg::GPRC), 0U) << "clear on read";
}

TEST_F(NicDataPath, ShortFramesArePaddedTo60Bytes) {
    a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 20), 0);
    a.ring_doorbell(0);
    run_for(20us);
    const auto frame = b.take(0);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->bytes.size(), 60U);
    EXPECT_EQ(frame->bytes[59], 0);
}

TEST_F(NicDataPath, RequestsAndInterruptsCarryTheVfsOwnRoutingId) {
    a.queue_frame(2, make_frame(b.mac(1), a.mac(2), 600), 0);
    a.ring_doorbell(2);
    run_for(20us);
    ASSERT_EQ(a.root.reads_from.size(), 1U);
    EXPECT_EQ(a.root.reads_from.begin()->first, Server::vf_id(2).routing_id());
    ASSERT_EQ(b.root.writes_from.size(), 1U);
    EXPECT_EQ(b.root.writes_from.begin()->first, Server::vf_id(1).routing_id());
    ASSERT_EQ(b.root.interrupts.size(), 1U);
    EXPECT_EQ(b.root.interrupts[0].requester, Server::vf_id(1));
    EXPECT_EQ(b.root.interrupts[0].data, Server::interrupt_data(1, 0));
    ASSERT_EQ(a.root.interrupts.size(), 1U) << "transmit done";
    EXPECT_EQ(a.root.interrupts[0].data, Server::interrupt_data(2, 1));
}

TEST_F(NicDataPath, LocalUnicastStaysInsideTheDevice) {
    const std::uint64_t sent = a.device.counters().frames_sent;
    const Bytes frame = make_frame(a.mac(3), a.mac(1), 1000);
    a.queue_frame(1, frame, 0);
    a.ring_doorbell(1);
    run_for(20us);
    const auto received = a.take(3);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->bytes, frame);
    EXPECT_NE(received->descriptor.status_error & nic::rx_status::LB, 0U);
    EXPECT_EQ(a.device.counters().frames_sent, sent);
}

TEST_F(NicDataPath, BroadcastReachesEveryPoolButTheSenders) {
    a.queue_frame(1, make_frame(broadcast, a.mac(1), 100), 0);
    a.ring_doorbell(1);
    run_for(20us);
    for (unsigned n = 0; n < Server::vfs; ++n) {
        EXPECT_EQ(a.take(n).has_value(), n != 1) << n;
        EXPECT_TRUE(b.take(n).has_value()) << n;
    }
}

TEST_F(NicDataPath, LargeSendBecomesSegmentsThatVerifyAndReassemble) {
    constexpr std::uint32_t payload = 20000;
    constexpr std::uint16_t mss = 1448;
    const Bytes packet = tcp_packet(b.mac(0), a.mac(0), payload);
    std::copy(packet.begin(), packet.end(),
              a.root.memory.begin() + static_cast<std::ptrdiff_t>(Server::tx_buffer(0) + 3));
    a.push(
        0,
        nic::TxContextDescriptor{
            .ip_length = 20, .mac_length = 14, .ipv4 = true, .l4_type = nic::L4Type::tcp, .l4_length = 20, .mss = mss});
    nic::TxDataDescriptor data{.buffer = Server::tx_buffer(0) + 3,
                               .length = 54,
                               .command = nic::tx_command::TSE,
                               .insert_ip_checksum = true,
                               .insert_l4_checksum = true,
                               .payload_length = payload};
    a.push(0, data); // header, then two pieces of payload
    data.buffer += 54;
    data.length = 12001;
    a.push(0, data);
    data.buffer += 12001;
    data.length = payload - 12001;
    data.command |= nic::tx_command::EOP | nic::tx_command::RS;
    a.push(0, data);
    a.ring_doorbell(0);
    run_for(100us);

    Bytes reassembled;
    unsigned segments = 0;
    while (const auto received = b.take(0)) {
        EXPECT_EQ(received->descriptor.status_error &
                      (nic::rx_status::L4CS | nic::rx_status::IPCS | nic::rx_status::TCPE | nic::rx_status::IPE),
                  nic::rx_status::L4CS | nic::rx_status::IPCS);
        EXPECT_EQ(received->descriptor.packet_type, nic::rx_packet_type::IPV4 | nic::rx_packet_type::TCP);
        const std::uint8_t* ip = received->bytes.data() + 14;
        EXPECT_EQ(core::load_be<std::uint16_t>(ip + 4), segments) << "identification";
        EXPECT_EQ(core::load_be<std::uint32_t>(ip + 24), segments * mss) << "sequence number";
        reassembled.insert(reassembled.end(), received->bytes.begin() + 54, received->bytes.end());
        ++segments;
    }
    EXPECT_EQ(segments, (payload + mss - 1) / mss);
    EXPECT_EQ(reassembled, Bytes(packet.begin() + 54, packet.end()));
    EXPECT_TRUE(a.tx_done(0, 3));
    EXPECT_FALSE(a.tx_done(0, 2)) << "no RS, no write-back";
}

TEST_F(NicDataPath, NeverMoreThan32ReadsOfOneFunctionAreOutstanding) {
    a.root.read_latency = 20us;
    const Bytes frame = make_frame(b.mac(0), a.mac(0), 1514);
    for (unsigned i = 0; i < 40; ++i) {
        a.queue_frame(0, frame, 1600 * i);
    }
    a.ring_doorbell(0);
    run_for(300us);
    EXPECT_EQ(a.root.most_outstanding[Server::vf_id(0).routing_id()], 32U);
    EXPECT_TRUE(a.tx_done(0, 39));
}

TEST_F(NicDataPath, CompletionsOutOfOrderAreAssembledAndFramesKeepTheirOrder) {
    a.root.scramble = true;
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < 30; ++i) {
        sent.push_back(make_frame(b.mac(0), a.mac(0), 1200 + i, i));
        a.queue_frame(0, sent.back(), 1600 * i + i % 4);
    }
    a.ring_doorbell(0);
    run_for(200us);
    for (const Bytes& frame : sent) {
        const auto received = b.take(0);
        ASSERT_TRUE(received);
        EXPECT_EQ(received->bytes, frame);
    }
}

TEST_F(NicDataPath, QueuesTakeTurnsPacketByPacket) {
    constexpr unsigned frames = 60;
    for (unsigned i = 0; i < frames; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1000, i), 1024 * i);
        a.queue_frame(1, make_frame(b.mac(0), a.mac(1), 1000, i), 1024 * i);
    }
    a.ring_doorbell(0);
    a.ring_doorbell(1);
    std::vector<std::uint8_t> senders;
    for (unsigned step = 0; step < 40; ++step) {
        run_for(5us);
        while (const auto received = b.take(0)) {
            senders.push_back(received->bytes[11]);
        }
    }
    ASSERT_EQ(senders.size(), 2 * frames);
    // The first queue's 32 tags carry 16 packets off before the second queue has its descriptors; then they alternate
    // as long as both have packets.
    constexpr unsigned head_start = 20;
    for (unsigned i = head_start; i < 2 * (frames - head_start); ++i) {
        EXPECT_NE(senders[i], senders[i - 1]) << i;
    }
}

TEST_F(NicDataPath, WithoutDescriptorsAQueueDropsOrWaitsAsSrrctlSays) {
    const std::uint64_t before = b.device.counters().drops(DropCause::no_descriptor);
    b.start_rx(0, nic::SRRCTL_DROP_EN, 2);
    b.start_rx(1, 0, 2);
    run_for(5us);
    for (unsigned i = 0; i < 5; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 100, i), 200 * i);
        a.queue_frame(1, make_frame(b.mac(1), a.mac(1), 100, i), 200 * i);
    }
    a.ring_doorbell(0);
    run_for(50us);
    EXPECT_EQ(b.device.counters().drops(DropCause::no_descriptor), before + 3);
    a.ring_doorbell(1);
    run_for(50us);
    EXPECT_EQ(b.device.counters().drops(DropCause::no_descriptor), before + 3);
    EXPECT_EQ(b.device.frames_inside(), 3U) << "wait in the packet buffer";
    for (unsigned i = 0; i < 5; ++i) {
        const auto received = b.take(1); // gives descriptors back
        ASSERT_TRUE(received) << i;
        EXPECT_EQ(received->bytes, make_frame(b.mac(1), a.mac(1), 100, i));
        run_for(10us);
    }
    EXPECT_EQ(b.device.frames_inside(), 0U);
    EXPECT_EQ(b.read(reg::QPRDC(0)), 3U);
}

TEST_F(NicDataPath, FramesNobodyWantsAreFiltered) {
    const std::uint64_t before = b.device.counters().drops(DropCause::filtered);
    a.queue_frame(0, make_frame({2, 9, 9, 9, 9, 9}, a.mac(0), 100), 0);
    a.ring_doorbell(0);
    run_for(20us);
    EXPECT_EQ(b.device.counters().drops(DropCause::filtered), before + 1);
}

TEST_F(NicDataPath, RateLimitSpacesTheFramesOfItsQueue) {
    a.write(reg::RTTDQSEL, 0); // queue 0 of VF 0: 1 Gb/s of 10
    a.write(reg::RTTBCNRC, nic::RTTBCNRC_RS_ENA | 10U << 14U);
    for (unsigned i = 0; i < 20; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1514, i), 1600 * i);
    }
    a.ring_doorbell(0);
    const std::uint64_t before = a.device.counters().frames_sent;
    run_for(123us); // 10 frames of 1538 bytes at 1 Gb/s
    const std::uint64_t sent = a.device.counters().frames_sent - before;
    EXPECT_GE(sent, 9U);
    EXPECT_LE(sent, 11U);
    run_for(300us);
}

TEST_F(NicDataPath, FramesFollowEachOtherWithPreambleAndGapAt10Gigabits) {
    for (unsigned i = 0; i < 10; ++i) {
        a.queue_frame(0, make_frame(b.mac(0), a.mac(0), 1514, i), 1600 * i);
    }
    a.ring_doorbell(0);
    run_for(50us);
    std::vector<SimTime> sent;
    std::vector<SimTime> received;
    for (const FrameRecorder::Sighting& sighting : recorder.sightings) {
        EXPECT_EQ(sighting.bytes, 1514U);
        EXPECT_EQ(sighting.port, net::EthernetPortId(sighting.direction == net::FrameDirection::sent ? 0 : 1));
        (sighting.direction == net::FrameDirection::sent ? sent : received).push_back(sighting.at);
    }
    ASSERT_EQ(sent.size(), 10U);
    ASSERT_EQ(received.size(), 10U);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(received[i] - sent[i], Cable::default_propagation_delay);
        if (i != 0) {
            EXPECT_EQ(sent[i] - sent[i - 1], SimTime{(8 + 1514 + 4 + 12) * 800'000LL}) << i;
        }
    }
}

TEST_F(NicDataPath, LineRateIsReachedInBothDirectionsAtOnce) {
    constexpr unsigned frames = 2000;
    unsigned to_send = 2 * frames;
    const std::uint64_t sent_before = a.device.counters().frames_sent + b.device.counters().frames_sent;
    const std::uint64_t delivered_before = a.device.counters().delivered + b.device.counters().delivered;
    const SimTime begin = now();
    unsigned received = 0;
    while (received < 2 * frames && now() - begin < 10ms) {
        for (Server* server : {&a, &b}) {
            Server& peer = server == &a ? b : a;
            while (to_send != 0 && server->tx_next[0] - server_done(*server) < Server::ring_length - 2) {
                server->queue_frame(0, make_frame(peer.mac(0), server->mac(0), 1514), 1600 * (server->tx_next[0] % 64));
                --to_send;
            }
            server->ring_doorbell(0);
            while (server->take(0)) {
                ++received;
            }
        }
        run_for(10us);
    }
    const auto elapsed = now() - begin;
    EXPECT_EQ(received, 2 * frames);
    EXPECT_EQ(a.device.counters().frames_sent + b.device.counters().frames_sent - sent_before, 2 * frames);
    EXPECT_EQ(a.device.counters().delivered + b.device.counters().delivered - delivered_before, 2 * frames);
    const SimTime ideal = SimTime{1538LL * 800'000 * frames}; // preamble to gap, both directions at once
    EXPECT_LT(elapsed, ideal + 60us);
    EXPECT_GE(elapsed, ideal);
}

} // namespace
} // namespace rootpool::models::test
