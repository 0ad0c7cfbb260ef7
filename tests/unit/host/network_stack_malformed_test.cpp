#include <gtest/gtest.h>

#include <array>

#include "rootpool/net/icmp.h"
#include "rootpool/net/udp.h"
#include "tests/unit/host/network_stack_machine.h"

namespace rootpool::host::test {
namespace {

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

} // namespace
} // namespace rootpool::host::test
