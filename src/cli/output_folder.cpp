#include "cli/output_folder.h"

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "rootpool/observe/atomic_file.h"

namespace rootpool::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* marker = ".rootpool-run";

/// Runs a filesystem operation that reports through an error code.
template <typename Operation>
void must(const fs::path& path, Operation operation) {
    std::error_code error;
    operation(error);
    if (error) {
        throw observe::OutputError(path, error.value());
    }
}

void require_replaceable(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (!fs::exists(status)) {
        return;
    }
    // In this order: a run that begins makes an empty folder and then, before anything else, the marker.
    const bool ours = fs::is_directory(status) &&
                      (fs::is_empty(path, error) || fs::is_regular_file(fs::symlink_status(path / marker, error)));
    if (!ours) {
        throw FolderRefused(
            fmt::format("{} exists and is not the folder of an earlier run; choose another with --out, or "
                        "remove it",
                        path.string()));
    }
}

fs::path without_trailing_slash(const fs::path& path) {
    if (path.empty()) {
        throw FolderRefused("--out names no folder");
    }
    const fs::path clean = fs::absolute(path).lexically_normal();
    return clean.has_filename() ? clean : clean.parent_path();
}

/// Removes what is in a folder, but not the marker: killed halfway, it leaves a folder that is still ours.
void clear(const fs::path& folder) {
    must(folder, [&folder](std::error_code& error) {
        for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
             entry.increment(error)) {
            if (entry->path().filename() != marker && fs::remove_all(entry->path(), error); error) {
                return;
            }
        }
    });
}

/// Makes the working folder with its marker, or takes over what a killed run left.
FileLock occupy(const fs::path& final_path, const fs::path& folder) {
    require_replaceable(final_path);
    require_replaceable(folder);
    while (true) {
        must(folder, [&folder](std::error_code& error) { fs::create_directories(folder, error); });
        std::optional<FileLock> lock = FileLock::take(folder / marker);
        if (!lock) {
            throw FolderRefused(fmt::format("another run is writing to {}; choose another folder with --out, or wait "
                                            "for that run to end",
                                            folder.string()));
        }
        // Else a run that ended meanwhile has moved the folder to its final name.
        if (lock->is_at(folder / marker)) {
            return std::move(*lock);
        }
    }
}

/// Into the file that is there: another one of the same name would not be the one that is locked.
void explain_marker(const fs::path& path) {
    std::ofstream file(path);
    file << "The next run with the same --out replaces this folder as a whole.\n" << std::flush;
    if (!file) {
        throw observe::OutputError(path, errno);
    }
}

} // namespace

OutputFolder::OutputFolder(const fs::path& final_path)
    : final_(without_trailing_slash(final_path)), working_(final_.string() + ".partial"),
      lock_(occupy(final_, working_)) {
    clear(working_);
    explain_marker(working_ / marker);
}

void OutputFolder::commit() {
    require_replaceable(final_); // somebody may have put something there during the run
    if (fs::exists(final_)) {
        clear(final_);
        must(final_, [this](std::error_code& error) { fs::remove_all(final_, error); });
    }
    must(final_, [this](std::error_code& error) { fs::rename(working_, final_, error); });
}

} // namespace rootpool::cli
