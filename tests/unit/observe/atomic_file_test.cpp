#include "rootpool/observe/atomic_file.h"

#include <gmock/gmock.h>

#include "tests/unit/observe/temporary_folder.h"

namespace rootpool::observe {
namespace {

using test::read_file;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
    const TemporaryFolder folder;
    AtomicFile file(folder / "out.txt");
    file.write("whole");
    EXPECT_FALSE(std::filesystem::exists(folder / "out.txt"));

    file.commit();
    EXPECT_EQ(read_file(folder / "out.txt"), "whole");
    EXPECT_TRUE(file.committed());
}

TEST(AtomicFile, WithoutCommitLeavesNothingAndKeepsTheEarlierFile) {
    const TemporaryFolder folder;
    write_atomically(folder / "out.txt", "earlier");
    {
        AtomicFile file(folder / "out.txt");
        file.write("half");
    }
    EXPECT_EQ(read_file(folder / "out.txt"), "earlier");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, MakesMissingFolders) {
    const TemporaryFolder folder;
    write_atomically(folder / "pcap/deep/nic0-0.pcapng", "x");
    EXPECT_EQ(read_file(folder / "pcap/deep/nic0-0.pcapng"), "x");
}

TEST(AtomicFile, RefusesAFolderInTheWay) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "out.txt");
    EXPECT_THAT([&] { write_atomically(folder / "out.txt", "x"); }, ThrowsMessage<OutputError>(HasSubstr("out.txt")));
    EXPECT_TRUE(std::filesystem::is_directory(folder / "out.txt"));
}

TEST(AtomicFile, RefusesAPathBelowAFile) {
    const TemporaryFolder folder;
    write_atomically(folder / "file", "x");
    EXPECT_THROW(write_atomically(folder / "file/out.txt", "x"), OutputError);
    EXPECT_EQ(read_file(folder / "file"), "x");
}

TEST(AtomicFile, ReportsAFullDisk) {
    if (!std::filesystem::exists("/dev/full")) {
        FAIL() << "this test needs /dev/full";
    }
    const TemporaryFolder folder;
    std::filesystem::create_symlink("/dev/full", folder / "out.txt.partial");
    EXPECT_THAT([&] { write_atomically(folder / "out.txt", "x"); },
                ThrowsMessage<OutputError>(HasSubstr("No space left on device")));
    EXPECT_FALSE(std::filesystem::exists(folder / "out.txt"));
}

} // namespace
} // namespace rootpool::observe
