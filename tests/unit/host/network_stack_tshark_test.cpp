// What the stack sends, judged by tshark, which must be there.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/unit/host/network_stack_observers.h"

namespace rootpool::host::test {
namespace {

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
