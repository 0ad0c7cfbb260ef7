#include "cli/output_folder.h"

#include <system_error>

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
    const bool ours = fs::is_directory(status) &&
                      (fs::is_regular_file(fs::symlink_status(path / marker, error)) || fs::is_empty(path, error));
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

} // namespace

OutputFolder::OutputFolder(const fs::path& final_path)
    : final_(without_trailing_slash(final_path)), working_(final_.string() + ".partial") {
    require_replaceable(final_);
    require_replaceable(working_);
    must(working_, [this](std::error_code& error) { fs::remove_all(working_, error); });
    must(working_, [this](std::error_code& error) { fs::create_directories(working_, error); });
    observe::write_atomically(working_ / marker, "The next run with the same --out replaces this folder as a whole.\n");
}

void OutputFolder::commit() {
    must(final_, [this](std::error_code& error) { fs::remove_all(final_, error); });
    must(final_, [this](std::error_code& error) { fs::rename(working_, final_, error); });
}

} // namespace rootpool::cli
