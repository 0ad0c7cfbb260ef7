#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>

#include "rootpool/net/arp.h"
#include "rootpool/net/icmp.h"
#include "rootpool/net/udp.h"
#include "tests/unit/host/network_stack_machine.h"

namespace rootpool::host::test {
namespace {

class Echoes final : public EchoObserver {
public:
    void on_echo_reply(net::Ipv4Address from, std::uint16_t identifier, std::uint16_t sequence, std::uint8_t ttl,
                       core::ByteView data, SimTime now) override {
        replies.push_back({from, identifier, sequence, ttl, Bytes(data.begin(), data.end()), now});
    }
    struct Reply {
        net::Ipv4Address from;
        std::uint16_t identifier;
        std::uint16_t sequence;
        std::uint8_t time_to_live;
        Bytes data;
        SimTime at;
    };
    std::vector<Reply> replies;
};

class Datagrams final : public UdpObserver {
public:
    void on_datagram(UdpSocket& socket) override {
        ++arrived;
        while (reading && socket.receive(UdpSocket::Sink::to<&Datagrams::take>(*this))) {
        }
    }
    void take(net::Endpoint from, core::ByteView data) {
        last_from = from;
        received.emplace_back(data.begin(), data.end());
    }
    unsigned arrived = 0;
    bool reading = true;
    net::Endpoint last_from;
    std::vector<Bytes> received;
};

[[nodiscard]] Bytes numbered(std::size_t size) {
    Bytes bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

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

/// A good echo request to machine b; each row of the table below spoils one thing.
[[nodiscard]] Bytes good_request(const Pair& pair) {
    Bytes frame(14 + 20 + 8 + 56);
    net::EthernetHeader{pair.b.nic.mac(), pair.a.nic.mac(), net::EtherType::ipv4}.write(frame);
    net::Ipv4Header ip;
    ip.total_length = 20 + 8 + 56;
    ip.protocol = net::IpProtocol::icmp;
    ip.source = pair.a.address;
    ip.destination = pair.b.address;
    ip.write(core::MutableByteView(frame).subspan(14));
    net::IcmpEcho{}.write(core::MutableByteView(frame).subspan(34));
    return frame;
}

struct Spoiled {
    const char* what;
    void (*spoil)(Bytes&);
    Drop reason;
};
void mend_ip(Bytes& frame) {
    core::store_be(&frame[24], std::uint16_t{0});
    core::store_be(&frame[24], net::Checksum().add(core::ByteView(frame).subspan(14, 20)).value());
}
const std::array spoiled{
    Spoiled{"shorter than an Ethernet header", [](Bytes& f) { f.resize(13); }, Drop::malformed},
    Spoiled{"802.3 length instead of a type",
            [](Bytes& f) {
                f[12] = 0;
                f[13] = 46;
            },
            Drop::malformed},
    Spoiled{"IPv6",
            [](Bytes& f) {
                f[12] = 0x86;
                f[13] = 0xDD;
            },
            Drop::unknown_type},
    Spoiled{"another MAC", [](Bytes& f) { f[5] ^= 0x40; }, Drop::wrong_destination},
    Spoiled{"version 5", [](Bytes& f) { f[14] = 0x55; }, Drop::malformed},
    Spoiled{"IHL 4", [](Bytes& f) { f[14] = 0x44; }, Drop::malformed},
    Spoiled{"IHL beyond the total length",
            [](Bytes& f) {
                f[14] = 0x4F;
                f[17] = 40;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"total length beyond the frame",
            [](Bytes& f) {
                f[16] = 5;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"total length below the header",
            [](Bytes& f) {
                f[17] = 19;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"IP checksum", [](Bytes& f) { f[24] ^= 1; }, Drop::bad_checksum},
    Spoiled{"more fragments",
            [](Bytes& f) {
                f[20] = 0x20;
                mend_ip(f);
            },
            Drop::fragment},
    Spoiled{"fragment offset",
            [](Bytes& f) {
                f[20] = 0;
                f[21] = 1;
                mend_ip(f);
            },
            Drop::fragment},
    Spoiled{"another IP address",
            [](Bytes& f) {
                f[33] = 77;
                mend_ip(f);
            },
            Drop::wrong_destination},
    Spoiled{"unknown protocol",
            [](Bytes& f) {
                f[23] = 132;
                mend_ip(f);
            },
            Drop::unknown_protocol},
    Spoiled{"ICMP checksum", [](Bytes& f) { f[50] ^= 1; }, Drop::malformed},
    Spoiled{"ICMP cut short",
            [](Bytes& f) {
                f[17] = 27;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"TCP data offset 4",
            [](Bytes& f) {
                f[23] = 6;
                f[46] = 0x40;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"TCP data offset beyond",
            [](Bytes& f) {
                f[23] = 6;
                f[17] = 40;
                f[46] = 0x60;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"TCP option of length 0",
            [](Bytes& f) {
                f[23] = 6;
                f[46] = 0x60;
                f[54] = 2;
                f[55] = 0;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"TCP checksum",
            [](Bytes& f) {
                f[23] = 6;
                f[46] = 0x50;
                mend_ip(f);
            },
            Drop::bad_checksum},
    Spoiled{"UDP length 7",
            [](Bytes& f) {
                f[23] = 17;
                f[38] = 0;
                f[39] = 7;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"UDP length beyond",
            [](Bytes& f) {
                f[23] = 17;
                f[38] = 9;
                f[39] = 7;
                mend_ip(f);
            },
            Drop::malformed},
    Spoiled{"UDP checksum",
            [](Bytes& f) {
                f[23] = 17;
                f[39] = 30;
                f[40] = 3;
                mend_ip(f);
            },
            Drop::bad_checksum},
    Spoiled{"UDP nobody listens",
            [](Bytes& f) {
                f[23] = 17;
                f[39] = 30;
                f[40] = f[41] = 0;
                mend_ip(f);
            },
            Drop::no_socket},
};

TEST(NetworkStack, MalformedFramesAreDroppedForTheirReason) {
    for (const Spoiled& row : spoiled) {
        Pair pair;
        pair.b.nic.checks_checksums = false;
        Bytes frame = good_request(pair);
        pair.b.nic.receive(frame);
        pair.loop.run_until(1ms);
        ASSERT_EQ(pair.b.stack.work().rx_datagrams, 1U) << "the good one is answered";
        row.spoil(frame);
        pair.b.nic.receive(frame);
        pair.loop.run_until(2ms);
        EXPECT_EQ(pair.b.stack.drops()[row.reason], 1U) << row.what << ": " << to_string(row.reason);
        EXPECT_EQ(pair.b.stack.work().rx_datagrams, 1U) << row.what;
        EXPECT_EQ(pair.b.pool.free_buffers(), 4096U) << row.what;
    }
}

TEST(NetworkStack, RandomFramesNeitherCrashNorLeak) {
    Pair pair;
    Reader reader(pair.loop, pair.b, 5001);
    pair.b.nic.checks_checksums = true; // so that garbage gets past the checksums
    std::uint32_t random = 99;
    const auto next = [&random] { return (random = random * 1'664'525U + 1'013'904'223U) >> 8U; };
    for (int round = 0; round < 20'000; ++round) {
        Bytes frame = good_request(pair);
        frame[23] = std::array<std::uint8_t, 3>{1, 6, 17}[next() % 3];
        core::store_be<std::uint16_t>(&frame[36], 5001);
        frame[46] = static_cast<std::uint8_t>((5 + next() % 10) << 4U);
        for (unsigned i = 0; i < next() % 6; ++i) {
            frame[(i == 0 ? 12 : 34) + next() % (i == 0 ? 80 : 40)] = static_cast<std::uint8_t>(next());
        }
        pair.b.nic.receive(frame);
        pair.loop.run_until(pair.loop.now() + 20us);
    }
    pair.loop.run_until(pair.loop.now() + 500s);
    EXPECT_GE(pair.b.stack.work().rx_packets, 20'000U);
    EXPECT_EQ(pair.b.pool.free_buffers() + (reader.socket != nullptr ? reader.socket->readable() : 0), 4096U);
}

TEST(NetworkStack, BufferOutsideMemoryIsRefused) {
    Pair pair;
    RxPacket packet;
    packet.buffer = pair.b.pool.take();
    packet.length = 0;
    pair.b.stack.on_received(pair.b.interface, packet, SimTime{0});
    EXPECT_EQ(pair.b.stack.drops()[Drop::outside_memory], 1U);
}

void write_pcap(const std::filesystem::path& path, const std::vector<CapturedFrame>& frames) {
    std::ofstream file(path, std::ios::binary);
    const auto put = [&file](std::uint32_t word) { file.write(reinterpret_cast<const char*>(&word), sizeof word); };
    for (const std::uint32_t word : {0xA1B2'3C4DU, 0x0004'0002U, 0U, 0U, 65'535U, 1U}) { // nanoseconds, Ethernet
        put(word);
    }
    for (const CapturedFrame& frame : frames) {
        const auto ns = frame.time / 1ns;
        put(static_cast<std::uint32_t>(ns / 1'000'000'000));
        put(static_cast<std::uint32_t>(ns % 1'000'000'000));
        put(static_cast<std::uint32_t>(frame.bytes.size()));
        put(static_cast<std::uint32_t>(frame.bytes.size()));
        file.write(reinterpret_cast<const char*>(frame.bytes.data()), static_cast<std::streamsize>(frame.bytes.size()));
    }
}

[[nodiscard]] std::string output_of(const std::string& command) {
    std::string output;
    FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        output.append(buffer.data(), count);
    }
    pclose(pipe);
    return output;
}

TEST(NetworkStack, WiresharkFindsNothingWrong) {
    if (output_of("tshark --version 2>/dev/null").empty()) {
        GTEST_SKIP() << "tshark is not installed";
    }
    Pair pair;
    std::vector<CapturedFrame> frames;
    pair.a.nic.capture = pair.b.nic.capture = &frames;
    Echoes echoes;
    pair.a.stack.add_echo_observer(echoes);
    static_cast<void>(pair.a.stack.send_echo_request(pair.b.address, 1, 1, numbered(56), pair.loop.now()));
    pair.loop.run_until(1ms);
    Datagrams datagrams;
    pair.b.stack.udp_open(7000, &datagrams);
    ASSERT_TRUE(pair.a.stack.udp_open(0, nullptr).send({pair.b.address, 7000}, numbered(33), pair.loop.now()));
    Reader reader(pair.loop, pair.b, 5001);
    Writer writer(pair.loop, pair.a, 500'000);
    writer.connect({pair.b.address, 5001});
    pair.loop.run_until(2s);
    ASSERT_EQ(reader.received, 500'000U);
    std::sort(frames.begin(), frames.end(),
              [](const CapturedFrame& a, const CapturedFrame& b) { return a.time < b.time; });

    const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "rootpool_network_stack.pcap";
    write_pcap(path, frames);
    const std::string tshark = "tshark -r " + path.string() +
                               " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE ";
    // severity "warning" is 0x600000; malformed frames and checksum errors are errors
    EXPECT_EQ(output_of(tshark + "-Y '_ws.malformed || _ws.expert.severity >= 0x600000' 2>/dev/null"), "");
    EXPECT_EQ(output_of(tshark + "-Y 'tcp.analysis.retransmission || tcp.analysis.lost_segment' 2>/dev/null"), "");
    const auto count = [&](const std::string& filter) {
        const std::string lines = output_of(tshark + "-Y '" + filter + "' 2>/dev/null");
        return std::count(lines.begin(), lines.end(), '\n');
    };
    EXPECT_EQ(count("tcp.len > 0 && tcp.checksum.status == 1"), (500'000 + 1447) / 1448);
    EXPECT_EQ(count("icmp"), 2);
    EXPECT_EQ(count("udp.checksum.status == 1"), 1);
    EXPECT_EQ(count("arp"), 2);
    std::filesystem::remove(path);
}

} // namespace
} // namespace rootpool::host::test
