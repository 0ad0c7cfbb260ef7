#include <gmock/gmock.h>

#include "rootpool/observe/atomic_file.h"
#include "rootpool/observe/kernel_log_file.h"
#include "tests/unit/observe/temporary_folder.h"

namespace rootpool::observe {
namespace {

TEST(KernelTimeStamp, IsWrittenAsPrintkDoes) {
    EXPECT_EQ(kernel_time_stamp(SimTime{}), "[    0.000000] ");
    EXPECT_EQ(kernel_time_stamp(1234567us + 999ns), "[    1.234567] ");
    EXPECT_EQ(kernel_time_stamp(9000s), "[ 9000.000000] ");
}

TEST(KernelLogFile, StampsEachLineWithTheServersClock) {
    SimTime now{};
    KernelLogFile log([&now] { return now; });
    log.line("pci 0000:03:00.0: [8086:10ed]");
    now = 20ms;
    log.line("two\nlines");
    EXPECT_EQ(log.text(), "[    0.000000] pci 0000:03:00.0: [8086:10ed]\n[    0.020000] two\n[    0.020000] lines\n");

    const test::TemporaryFolder folder;
    log.write(folder / "log/server1.txt");
    EXPECT_EQ(test::read_file(folder / "log/server1.txt"), log.text());
}

TEST(ConsoleFile, EchoesWhatItKeeps) {
    std::string seen;
    ConsoleFile console([&seen](std::string_view line) { seen = line; });
    console.line("64 bytes from 10.0.0.3: icmp_seq=1 ttl=64 time=0.191 ms");
    EXPECT_EQ(seen + "\n", console.text());
}

TEST(TextLog, KeepsControlCharactersAwayFromTheTerminal) {
    TextLog log;
    log.add("", "\x1b[2Jx\ty\r\x7f");
    EXPECT_EQ(log.text(), "?[2Jx\ty??\n");
}

TEST(TextLog, EndsWithANoteWhenItIsFull) {
    TextLog log;
    const std::string mebibyte(1U << 20U, 'x');
    for (int i = 0; i < 70; ++i) {
        log.add("", mebibyte);
    }
    EXPECT_LT(log.text().size(), TextLog::most_bytes + 100);
    EXPECT_THAT(log.text().substr(log.text().size() - 40), testing::HasSubstr("the log is full"));
}

} // namespace
} // namespace rootpool::observe
