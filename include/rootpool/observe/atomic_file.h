#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rootpool/core/bytes.h"

namespace rootpool::observe {

/// An output file could not be written: no room, no permission, a folder in the way. The program ends with exit
/// status 4.
class OutputError : public std::runtime_error {
public:
    OutputError(const std::filesystem::path& path, int error_number);
};

/// A file that appears under its name only when it is whole: bytes go to a temporary name beside it, commit() renames.
/// Missing folders are made. All members throw OutputError.
class AtomicFile {
public:
    explicit AtomicFile(std::filesystem::path path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    /// Without commit() the temporary file is removed.
    ~AtomicFile();

    void write(std::string_view text);
    void write(core::ByteView bytes);
    /// Ends the file; nothing may be written afterwards.
    void commit();
    [[nodiscard]] bool committed() const noexcept { return stream_ == nullptr; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    struct Close {
        void operator()(std::FILE* stream) const noexcept;
    };
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    std::unique_ptr<std::FILE, Close> stream_;
};

/// Writes a whole file. Throws OutputError.
void write_atomically(const std::filesystem::path& path, std::string_view content);

} // namespace rootpool::observe
