#include "rootpool/observe/alias_monitor.h"

#include <gmock/gmock.h>

namespace rootpool::observe {
namespace {

using pcie::PlaceId;
using pcie::TlpHeader;
using pcie::TlpKind;

constexpr PlaceId up1{0};
constexpr PlaceId down1{1};
constexpr PlaceId up2{2};
constexpr PlaceId down2{3};

class AliasMonitorTest : public testing::Test {
protected:
    AliasMonitorTest() {
        monitor_.watch_root("server1.link.up", "server1.link.down");
        monitor_.watch_root("server2.link.up", "server2.link.down");
        for (const char* name :
             {"server1.link.up", "server1.link.down", "server2.link.up", "server2.link.down", "nic0.link.up"}) {
            monitor_.add_place(name);
        }
    }

    void see(PlaceId place, SimTime at, const TlpHeader& header) {
        const pcie::TlpPtr tlp = factory_.make(header);
        monitor_.on_tlp({place, at, at + 10ns, *tlp});
    }
    [[nodiscard]] static TlpHeader header(TlpKind kind, std::uint16_t requester = 0x0310, std::uint16_t tag = 7) {
        TlpHeader header;
        header.kind = kind;
        header.requester = pcie::Bdf(requester);
        header.tag = pcie::Tag{tag};
        return header;
    }
    void read(PlaceId place, SimTime at, std::uint64_t address = 0x1000, std::uint16_t tag = 7,
              std::uint16_t requester = 0x0310) {
        TlpHeader request = header(TlpKind::memory_read, requester, tag);
        request.length_dw = 128;
        request.address = address;
        see(place, at, request);
    }
    void complete(PlaceId place, SimTime at, std::uint16_t byte_count, std::uint16_t bytes,
                  std::uint8_t lower_address = 0) {
        TlpHeader completion = header(TlpKind::completion_with_data);
        completion.length_dw = static_cast<std::uint16_t>(bytes / 4);
        completion.byte_count = byte_count;
        completion.lower_address = lower_address;
        see(place, at, completion);
    }
    [[nodiscard]] std::uint64_t counted() {
        monitor_.finish();
        return monitor_.equal_outstanding();
    }

    AliasMonitor monitor_;
    pcie::TlpFactory factory_;
};

TEST_F(AliasMonitorTest, CountsAReadThatEqualsOneOfAnotherRoot) {
    read(up1, 100ns);
    read(up2, 200ns);
    EXPECT_EQ(counted(), 1U);
    EXPECT_EQ(monitor_.reads(), 2U);
}

TEST_F(AliasMonitorTest, DoesNotCountReadsThatDifferInAddressTagOrRequester) {
    read(up1, 100ns);
    read(up2, 200ns, 0x1004);
    read(up2, 300ns, 0x1000, 8);
    read(up2, 400ns, 0x1000, 7, 0x0311);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, DoesNotCountEqualReadsOfOneRoot) {
    read(up1, 100ns);
    read(up1, 200ns);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, AReadEndsWithTheCompletionThatBringsItsLastByte) {
    read(up1, 100ns);
    complete(down1, 200ns, 512, 256);
    read(up2, 300ns); // the first half of root 1's read is still to come
    complete(down2, 350ns, 512, 512);
    complete(down1, 400ns, 256, 256);
    read(up2, 500ns);
    EXPECT_EQ(counted(), 1U);
}

TEST_F(AliasMonitorTest, BytesBeforeTheFirstOneAreNotCountedAsData) {
    read(up1, 100ns);
    complete(down1, 200ns, 6, 8, 0x42); // two dwords that start at byte 2: 6 of 6 bytes
    read(up2, 300ns);
    complete(down2, 400ns, 7, 8, 0x42); // 6 of 7 bytes: still outstanding
    read(up1, 500ns);
    EXPECT_EQ(counted(), 1U);
}

TEST_F(AliasMonitorTest, AnErrorEndsTheRead) {
    read(up1, 100ns);
    TlpHeader completion = header(TlpKind::completion);
    completion.status = pcie::CompletionStatus::unsupported_request;
    completion.byte_count = 512;
    see(down1, 200ns, completion);
    read(up2, 300ns);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, DoesNotDependOnTheOrderOfCalls) {
    read(up2, 500ns); // announced early: in time it comes after the end of root 1's read
    read(up1, 100ns);
    complete(down1, 200ns, 512, 512);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, SeesAnOverlapWhoseSecondReadIsAnnouncedLast) {
    read(up1, 100ns);
    complete(down1, 400ns, 512, 512);
    read(up2, 300ns); // in time before the completion
    EXPECT_EQ(counted(), 1U);
}

TEST_F(AliasMonitorTest, AReadThatStartsAtTheMomentInWhichAnotherEndsDoesNotMeetIt) {
    read(up1, 100ns);
    read(up2, 210ns);
    complete(down1, 200ns, 512, 512); // its last beat is at 210 ns
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, IgnoresPlacesThatAreNotWatchedAndTlpsThatAreNoReads) {
    read(up1, 100ns);
    read(PlaceId{4}, 200ns);
    TlpHeader write = header(TlpKind::memory_write);
    write.length_dw = 1;
    write.address = 0x1000;
    see(up2, 200ns, write);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(AliasMonitorTest, ReportsItsMetrics) {
    read(up1, 100ns);
    read(up2, 200ns);
    monitor_.finish();
    MetricSet metrics;
    monitor_.add_metrics(metrics);
    ASSERT_NE(metrics.find("identity.equal_outstanding"), nullptr);
    EXPECT_EQ(metrics.find("identity.equal_outstanding")->as_double(), 1);
    EXPECT_EQ(metrics.find("identity.device_reads")->as_double(), 2);
}

TEST_F(AliasMonitorTest, MemoryIsBoundedWhenNobodyAnswers) {
    for (unsigned i = 0; i < AliasMonitor::most_outstanding + 5; ++i) {
        read(up1, i * 10ns, 0x1000, static_cast<std::uint16_t>(i % 256), static_cast<std::uint16_t>(i / 256));
    }
    monitor_.finish();
    EXPECT_EQ(monitor_.untracked(), 5U);
}

} // namespace
} // namespace rootpool::observe
