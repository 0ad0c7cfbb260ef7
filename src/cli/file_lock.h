#pragma once

#include <filesystem>
#include <optional>

namespace rootpool::cli {

/// A file that one process at a time holds, flock(2); the end of the process lets go of it in any case. The lock stays
/// with the file when its folder is renamed.
class FileLock {
public:
    /// Makes the file if there is none. None if somebody else holds it. Throws observe::OutputError.
    [[nodiscard]] static std::optional<FileLock> take(const std::filesystem::path& path);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

    /// Whether `path` still names the file that is held.
    [[nodiscard]] bool is_at(const std::filesystem::path& path) const;

private:
    explicit FileLock(int descriptor) noexcept : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace rootpool::cli
