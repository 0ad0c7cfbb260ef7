#include <cstring>
#include <gmock/gmock.h>
#include <vector>

#include "rootpool/observe/atomic_file.h"
#include "rootpool/observe/frame_capture.h"
#include "rootpool/observe/pcapng_writer.h"
#include "tests/unit/observe/temporary_folder.h"

namespace rootpool::observe {
namespace {

using test::read_file;
using test::TemporaryFolder;

struct Packet {
    std::uint32_t interface;
    std::uint64_t nanoseconds;
    std::string data;
    friend bool operator==(const Packet&, const Packet&) = default;
};

/// Splits a file into blocks, checking both length fields, and returns its packets.
[[nodiscard]] std::vector<Packet> packets_of(const std::string& file) {
    const auto word = [&](std::size_t at) {
        return core::load_le<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(file.data()) + at);
    };
    std::vector<Packet> packets;
    std::size_t at = 0;
    while (at + 12 <= file.size()) {
        const std::uint32_t length = word(at + 4);
        EXPECT_EQ(length % 4, 0U);
        EXPECT_LE(at + length, file.size());
        if (length < 12 || at + length > file.size()) {
            return packets;
        }
        EXPECT_EQ(word(at + length - 4), length);
        if (word(at) == 6) {
            packets.push_back({word(at + 8), static_cast<std::uint64_t>(word(at + 12)) << 32U | word(at + 16),
                               file.substr(at + 28, word(at + 20))});
        }
        at += length;
    }
    EXPECT_EQ(at, file.size());
    return packets;
}

[[nodiscard]] core::ByteView view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(PcapngWriter, WritesPacketsOfEveryLengthWhole) {
    const TemporaryFolder folder;
    PcapngWriter writer(folder / "x.pcapng", ExactTime::in_comment);
    writer.add_interface("nic0-0", LinkType::ethernet);
    std::vector<Packet> expected;
    for (unsigned length = 0; length < 9; ++length) {
        const std::string data(length, static_cast<char>('a' + length));
        writer.write_packet(0, length * 1ns, PacketDirection::inbound, view(data));
        expected.push_back({0, length, data});
    }
    writer.finish();
    EXPECT_EQ(packets_of(read_file(folder / "x.pcapng")), expected);
}

TEST(PcapngWriter, PutsPacketsIntoTheOrderOfTime) {
    const TemporaryFolder folder;
    PcapngWriter writer(folder / "x.pcapng", ExactTime::in_comment, 100ns);
    writer.add_interface("a", LinkType::ethernet);
    writer.write_packet(0, 150ns, PacketDirection::inbound, view("2"));
    writer.write_packet(0, 50ns, PacketDirection::outbound, view("1"));
    writer.write_packet(0, 150ns, PacketDirection::outbound, view("3"));
    writer.write_packet(0, 900ns, PacketDirection::outbound, view("4"));
    writer.finish();
    EXPECT_EQ(packets_of(read_file(folder / "x.pcapng")),
              (std::vector<Packet>{{0, 50, "1"}, {0, 150, "2"}, {0, 150, "3"}, {0, 900, "4"}}));
}

TEST(PcapngWriter, GivesFemtosecondsWhereNanosecondsAreNotExact) {
    const TemporaryFolder folder;
    PcapngWriter writer(folder / "x.pcapng", ExactTime::in_comment);
    writer.add_interface("a", LinkType::ethernet);
    writer.write_packet(0, 1ns, PacketDirection::inbound, view("exact"));
    writer.write_packet(0, SimTime{2'000'001}, PacketDirection::inbound, view("not"));
    writer.finish();
    const std::string file = read_file(folder / "x.pcapng");
    EXPECT_THAT(file, testing::HasSubstr("at 2000001 fs"));
    EXPECT_THAT(file, testing::Not(testing::HasSubstr("at 1000000 fs")));
}

TEST(PcapngWriter, RefusesAFolderInTheWay) {
    const TemporaryFolder folder;
    EXPECT_THROW(PcapngWriter(folder.path(), ExactTime::in_comment), OutputError);
}

TEST(CaptureLimit, BothEndsOfTheWindowBelongToIt) {
    CaptureLimit limit(CaptureWindow{10ns, 20ns}, 1);
    EXPECT_FALSE(limit.admit(10ns - SimTime{1}));
    EXPECT_TRUE(limit.admit(10ns));
    EXPECT_TRUE(limit.admit(20ns));
    EXPECT_FALSE(limit.admit(20ns + SimTime{1}));
    EXPECT_FALSE(limit.stopped("pcap", "frames").has_value()) << "a window is what the user asked for";
}

TEST(CaptureLimit, WithoutAWindowStopsAndSaysWhen) {
    CaptureLimit limit(std::nullopt, 2);
    EXPECT_TRUE(limit.admit(1ns));
    EXPECT_TRUE(limit.admit(2ns));
    EXPECT_FALSE(limit.stopped("pcap", "frames").has_value()) << "nothing is missing yet";
    EXPECT_FALSE(limit.admit(3ns));
    EXPECT_FALSE(limit.admit(4ns));
    const auto stopped = limit.stopped("pcap", "frames");
    ASSERT_TRUE(stopped.has_value());
    EXPECT_EQ(stopped->records, 2U);
    EXPECT_EQ(stopped->at, 3ns);
    EXPECT_THAT(stopped->reason, testing::HasSubstr("2 frames"));
}

TEST(FrameCapture, WritesOneFileForEachPort) {
    const TemporaryFolder folder;
    FrameCapture capture(folder / "pcap", std::nullopt);
    const auto nic0 = capture.add_port("nic0-0");
    const auto nic3 = capture.add_port("nic3-0");
    net::FramePool pool;
    const net::FramePtr frame = pool.make();
    frame->bytes.assign(60, 0x55);
    capture.on_frame(nic0, net::FrameDirection::sent, 5ns, *frame);
    capture.on_frame(nic3, net::FrameDirection::received, 9ns, *frame);
    capture.finish();

    EXPECT_EQ(packets_of(read_file(folder / "pcap/nic0-0.pcapng")),
              (std::vector<Packet>{{0, 5, std::string(60, 0x55)}}));
    EXPECT_EQ(packets_of(read_file(folder / "pcap/nic3-0.pcapng")),
              (std::vector<Packet>{{0, 9, std::string(60, 0x55)}}));
    EXPECT_EQ(capture.frames(), 2U);
}

TEST(FrameCapture, WithoutAWindowStopsAfterItsDefaultAndSaysSo) {
    const TemporaryFolder folder;
    FrameCapture capture(folder.path(), std::nullopt);
    const auto port = capture.add_port("nic0-0");
    net::FramePool pool;
    const net::FramePtr frame = pool.make();
    frame->bytes.assign(60, 0);
    for (std::uint64_t i = 0; i < CaptureLimit::default_frames + 3; ++i) {
        capture.on_frame(port, net::FrameDirection::sent, static_cast<std::int64_t>(i) * 1ns, *frame);
    }
    capture.finish();
    EXPECT_EQ(packets_of(read_file(folder / "nic0-0.pcapng")).size(), CaptureLimit::default_frames);
    ASSERT_TRUE(capture.stopped().has_value());
    EXPECT_EQ(capture.stopped()->at, 100'000ns);
}

} // namespace
} // namespace rootpool::observe
