#pragma once

#include <filesystem>
#include <stdexcept>

#include "cli/file_lock.h"

namespace rootpool::cli {

/// A folder that is not ours to replace, or that another run is writing to. Exit status 4.
class FolderRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Where a run's files go: a working folder beside the final one, "<name>.partial", until commit() puts it in its
/// place. An earlier run's folder, known by a marker file, is replaced as a whole; any other folder that is not empty
/// is refused. The marker is locked for as long as the run lasts, so that no second run takes the working folder.
class OutputFolder {
public:
    /// Throws FolderRefused, observe::OutputError.
    explicit OutputFolder(const std::filesystem::path& final_path);

    [[nodiscard]] const std::filesystem::path& working_path() const noexcept { return working_; }
    [[nodiscard]] const std::filesystem::path& final_path() const noexcept { return final_; }
    /// Throws observe::OutputError.
    void commit();

private:
    std::filesystem::path final_;
    std::filesystem::path working_;
    FileLock lock_;
};

} // namespace rootpool::cli
