#include "cli/file_lock.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rootpool/observe/atomic_file.h"

namespace rootpool::cli {

std::optional<FileLock> FileLock::take(const std::filesystem::path& path) {
    constexpr mode_t read_and_write_as_umask_allows = 0666;
    // Open for writing: NFS grants an exclusive lock on no other file.
    const int descriptor =
        open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, read_and_write_as_umask_allows);
    if (descriptor < 0) {
        throw observe::OutputError(path, errno);
    }
    FileLock lock(descriptor);
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        return lock;
    }
    if (errno != EWOULDBLOCK) {
        throw observe::OutputError(path, errno);
    }
    return std::nullopt;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

bool FileLock::is_at(const std::filesystem::path& path) const {
    struct stat held {};
    struct stat named {};
    return fstat(descriptor_, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

} // namespace rootpool::cli
