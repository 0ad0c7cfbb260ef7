#include "rootpool/host/ixgbe_ring.h"

#include <gtest/gtest.h>

#include "rootpool/host/host_memory.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {
namespace {

constexpr unsigned descriptors = 64;
constexpr unsigned ring_bytes = descriptors * nic::descriptor_bytes;
constexpr std::uint32_t tail = 0x2018;

class Client : public NetDeviceClient {
public:
    void on_received(const RxPacket& packet) override { received.push_back(packet); }
    void on_transmitted(std::uint64_t cookie) override { transmitted.push_back(cookie); }
    std::vector<RxPacket> received;
    std::vector<std::uint64_t> transmitted;
};

class Ring : public ::testing::Test {
protected:
    HostMemory memory_{8U << 20U};
    DmaAllocator dma_{0, 4U << 20U};
    ScriptedMmio mmio_;
    IxgbeRegisters registers_{mmio_, 0};
    IxgbeCounters counters_;
    Client client_;
    core::MutableByteView bytes_ = memory_.view(dma_.allocate(ring_bytes, ring_bytes), ring_bytes);

    [[nodiscard]] std::uint8_t* at(unsigned index) { return bytes_.data() + index * nic::descriptor_bytes; }
};

class TxRing : public Ring {
protected:
    IxgbeTxRing ring_{registers_, {bytes_, tail}, counters_};

    static TxPacket packet(std::uint32_t length, std::uint64_t cookie = 1) {
        TxPacket result;
        result.add({0x10'0000, length});
        result.cookie = cookie;
        return result;
    }
};

TEST_F(TxRing, WritesContextAndDataThenTheTail) {
    TxPacket sent = packet(60);
    sent.ipv4_checksum = true;
    sent.l4_checksum = true;
    sent.l4_is_tcp = true;
    ASSERT_TRUE(ring_.transmit(sent));
    ASSERT_EQ(nic::tx_descriptor_type(at(0)), nic::TxDescriptorType::context);
    ASSERT_EQ(nic::tx_descriptor_type(at(1)), nic::TxDescriptorType::data);
    const auto context = nic::decode_tx_context(at(0));
    EXPECT_EQ(context.mac_length, 14);
    EXPECT_EQ(context.ip_length, 20);
    EXPECT_TRUE(context.ipv4);
    EXPECT_EQ(context.l4_type, nic::L4Type::tcp);
    const auto data = nic::decode_tx_data(at(1));
    EXPECT_EQ(data.buffer, 0x10'0000U);
    EXPECT_EQ(data.length, 60);
    EXPECT_EQ(data.payload_length, 60U);
    EXPECT_TRUE(data.check_context);
    EXPECT_TRUE(data.insert_ip_checksum);
    EXPECT_TRUE(data.insert_l4_checksum);
    EXPECT_NE(data.command & nic::tx_command::EOP, 0U);
    EXPECT_NE(data.command & nic::tx_command::RS, 0U);
    EXPECT_EQ(mmio_.writes, (std::vector<ScriptedMmio::Write>{{tail, 2}}));
    EXPECT_EQ(mmio_.reads, 0U) << "transmit never waits";
}

TEST_F(TxRing, SegmentationPutsMssAndPayloadWithoutHeaders) {
    TxPacket sent = packet(54);
    sent.add({0x20'0000, 20'000});
    sent.l4_is_tcp = true;
    sent.l4_checksum = true;
    sent.mss = 1448;
    ASSERT_TRUE(ring_.transmit(sent));
    EXPECT_EQ(nic::decode_tx_context(at(0)).mss, 1448);
    EXPECT_EQ(nic::decode_tx_context(at(0)).l4_length, 20);
    EXPECT_EQ(nic::decode_tx_data(at(1)).payload_length, 20'000U);
    EXPECT_NE(nic::decode_tx_data(at(1)).command & nic::tx_command::TSE, 0U);
    EXPECT_EQ(nic::decode_tx_data(at(1)).command & nic::tx_command::RS, 0U) << "only the last descriptor reports";
    EXPECT_EQ(nic::decode_tx_data(at(2)).length, 16'384) << "at most 16 KiB in a descriptor";
    EXPECT_EQ(nic::decode_tx_data(at(3)).buffer, 0x20'0000U + 16'384U);
    EXPECT_EQ(nic::decode_tx_data(at(3)).length, 20'000 - 16'384);
    EXPECT_NE(nic::decode_tx_data(at(3)).command & nic::tx_command::RS, 0U);
}

TEST_F(TxRing, ReportsPacketsWhoseLastDescriptorIsDoneInOrder) {
    ASSERT_TRUE(ring_.transmit(packet(60, 11)));
    ASSERT_TRUE(ring_.transmit(packet(60, 22)));
    EXPECT_FALSE(ring_.done_pending());
    nic::encode_tx_write_back(at(3)); // the second one only: the device works in order, so software waits for the first
    EXPECT_FALSE(ring_.done_pending());
    nic::encode_tx_write_back(at(1));
    EXPECT_EQ(ring_.clean(1, client_).packets, 1U);
    EXPECT_TRUE(ring_.done_pending());
    EXPECT_EQ(ring_.clean(10, client_).packets, 1U);
    EXPECT_EQ(client_.transmitted, (std::vector<std::uint64_t>{11, 22}));
    EXPECT_FALSE(ring_.done_pending());
}

TEST_F(TxRing, RefusesWhenFullAndTakesNothing) {
    unsigned taken = 0;
    while (ring_.transmit(packet(60, taken))) {
        ++taken;
    }
    EXPECT_EQ(taken, 30U); // 64 descriptors, two each, two spare and the gap
    EXPECT_EQ(counters_.tx_busy, 1U);
    EXPECT_EQ(mmio_.writes.size(), taken);
    nic::encode_tx_write_back(at(1));
    ring_.clean(1, client_);
    EXPECT_TRUE(ring_.transmit(packet(60)));
}

TEST_F(TxRing, GoesRoundTheRing) {
    for (std::uint64_t i = 0; i < 200; ++i) {
        const unsigned last = (2 * i + 1) % descriptors;
        ASSERT_TRUE(ring_.transmit(packet(60, i)));
        nic::encode_tx_write_back(at(last));
        ASSERT_EQ(ring_.clean(10, client_).packets, 1U);
        ASSERT_EQ(client_.transmitted.back(), i);
    }
    EXPECT_EQ(counters_.tx_packets, 200U);
}

TEST_F(TxRing, RefusesPacketsThatNoDescriptorsDescribe) {
    EXPECT_FALSE(ring_.transmit(TxPacket{})) << "no fragment";
    EXPECT_FALSE(ring_.transmit(packet(0)));
    EXPECT_FALSE(ring_.transmit(packet(1U << 18U))) << "PAYLEN has 18 bits";
    TxPacket udp = packet(3000);
    udp.mss = 1000;
    EXPECT_FALSE(ring_.transmit(udp)) << "segmentation is for TCP";
    TxPacket headers_only = packet(54);
    headers_only.l4_is_tcp = true;
    headers_only.mss = 1000;
    EXPECT_FALSE(ring_.transmit(headers_only));
    EXPECT_EQ(counters_.tx_refused, 5U);
    EXPECT_TRUE(mmio_.writes.empty());
}

class RxRing : public Ring {
protected:
    static constexpr unsigned buffers = 128;
    FakeBuffers pool_{buffers};
    IxgbeSettings settings_;
    IxgbeRxRing ring_{registers_, {bytes_, tail}, pool_, settings_, counters_};

    void write_back(unsigned index, std::uint16_t length, std::uint32_t status) {
        nic::encode(nic::RxWriteBack{.status_error = status | nic::rx_status::DD, .length = length}, at(index));
    }
    static constexpr std::uint32_t good = nic::rx_status::EOP;
};

TEST_F(RxRing, FillsAllButOneDescriptorAndWritesTheTailOnce) {
    ring_.refill();
    EXPECT_EQ(pool_.free.size(), buffers - (descriptors - 1));
    EXPECT_EQ(mmio_.writes, (std::vector<ScriptedMmio::Write>{{tail, descriptors - 1}}));
    EXPECT_EQ(nic::decode_rx_read(at(0)).header_buffer, 0U) << "bit 0 is DD after the write-back";
}

TEST_F(RxRing, HandsOverTheBufferWithItsChecksumResults) {
    ring_.refill();
    const std::uint64_t buffer = nic::decode_rx_read(at(0)).packet_buffer;
    EXPECT_FALSE(ring_.pending());
    write_back(0, 1514, good | nic::rx_status::IPCS | nic::rx_status::L4CS | nic::rx_status::TCPE);
    EXPECT_TRUE(ring_.pending());
    EXPECT_EQ(ring_.receive(64, client_).bytes, 1514U);
    ASSERT_EQ(client_.received.size(), 1U);
    EXPECT_EQ(client_.received[0].buffer, buffer);
    EXPECT_EQ(client_.received[0].length, 1514);
    EXPECT_TRUE(client_.received[0].ipv4_checksum_ok);
    EXPECT_FALSE(client_.received[0].l4_checksum_ok);
    EXPECT_FALSE(ring_.pending());
}

TEST_F(RxRing, RefillsInBatchesOf16) {
    ring_.refill();
    for (unsigned i = 0; i < 20; ++i) {
        write_back(i, 60, good);
    }
    ring_.receive(15, client_);
    EXPECT_EQ(mmio_.writes.size(), 1U);
    ring_.receive(5, client_);
    ASSERT_EQ(mmio_.writes.size(), 2U);
    EXPECT_EQ(mmio_.writes[1].value, (descriptors - 1 + 16) % descriptors);
}

TEST_F(RxRing, KeepsToTheBudget) {
    ring_.refill();
    for (unsigned i = 0; i < 40; ++i) {
        write_back(i, 60, good);
    }
    EXPECT_EQ(ring_.receive(32, client_).packets, 32U);
    EXPECT_TRUE(ring_.pending());
}

TEST_F(RxRing, DropsWhatTheDeviceCannotHaveMeantAndReturnsTheBuffers) {
    ring_.refill();
    const std::size_t before = pool_.free.size();
    write_back(0, 2049, good); // longer than the buffer
    write_back(1, 13, good);   // shorter than an Ethernet header
    write_back(2, 0xFFFF, good);
    write_back(3, 60, good | 1U << 24U); // CRC error
    write_back(4, 2048, 0);              // first and
    write_back(5, 100, good);            // last part of a split frame
    write_back(6, 2048, good);
    EXPECT_EQ(ring_.receive(64, client_).packets, 1U);
    EXPECT_EQ(client_.received.at(0).length, 2048);
    EXPECT_EQ(counters_.rx_dropped_length, 3U);
    EXPECT_EQ(counters_.rx_dropped_errors, 1U);
    EXPECT_EQ(counters_.rx_dropped_split, 2U);
    EXPECT_EQ(pool_.free.size(), before + 6);
}

TEST_F(RxRing, ADeviceThatMarksEverythingDoneCannotKeepSoftwareBusy) {
    ring_.refill();
    for (unsigned i = 0; i < descriptors; ++i) {
        write_back(i, 60, good);
    }
    unsigned packets = 0;
    for (unsigned i = 0; i < 10 && ring_.pending(); ++i) {
        packets += ring_.receive(1000, client_).packets;
    }
    EXPECT_EQ(packets, descriptors - 1) << "refilled descriptors are not done, and one never was given to the device";
}

TEST_F(RxRing, AnEmptySupplyIsCountedAndRefilledLater) {
    ring_.refill();
    std::vector<std::uint64_t> held;
    while (pool_.available()) {
        held.push_back(pool_.take());
    }
    for (unsigned i = 0; i < 20; ++i) {
        write_back(i, 60, good);
    }
    ring_.receive(20, client_);
    EXPECT_GT(counters_.rx_no_buffer, 0U);
    pool_.give_back(held.back());
    ring_.refill();
    EXPECT_EQ(mmio_.writes.back().value, 0U) << "one descriptor further than 63";
}

TEST_F(RxRing, ResetReturnsEveryBuffer) {
    ring_.refill();
    ring_.reset();
    EXPECT_EQ(pool_.free.size(), buffers);
    EXPECT_FALSE(ring_.pending());
}

} // namespace
} // namespace rootpool::host::test
