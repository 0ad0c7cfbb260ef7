#include "rootpool/observe/atomic_file.h"

#include <cerrno>
#include <system_error>

namespace rootpool::observe {

OutputError::OutputError(const std::filesystem::path& path, int error_number)
    : std::runtime_error("cannot write " + path.string() + ": " + std::generic_category().message(error_number)) {}

void AtomicFile::Close::operator()(std::FILE* stream) const noexcept { static_cast<void>(std::fclose(stream)); }

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)), temporary_(path_) {
    temporary_ += ".partial";
    std::error_code error;
    if (path_.has_parent_path()) {
        std::filesystem::create_directories(path_.parent_path(), error);
        if (error) {
            throw OutputError(path_, error.value());
        }
    }
    // A rename onto a folder would fail only after the whole run.
    if (std::filesystem::is_directory(path_, error)) {
        throw OutputError(path_, EISDIR);
    }
    stream_.reset(std::fopen(temporary_.c_str(), "wb"));
    if (!stream_) {
        throw OutputError(path_, errno);
    }
}

AtomicFile::~AtomicFile() {
    if (stream_) {
        stream_.reset();
        std::error_code ignored; // nothing more can be done for a file that nobody wants
        std::filesystem::remove(temporary_, ignored);
    }
}

void AtomicFile::write(core::ByteView bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stream_.get()) != bytes.size()) {
        throw OutputError(path_, errno);
    }
}

void AtomicFile::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stream_.get()) != text.size()) {
        throw OutputError(path_, errno);
    }
}

void AtomicFile::commit() {
    if (std::fflush(stream_.get()) != 0) { // the destructor then removes what was written
        throw OutputError(path_, errno);
    }
    if (std::fclose(stream_.release()) != 0) {
        throw OutputError(path_, errno);
    }
    std::error_code error;
    std::filesystem::rename(temporary_, path_, error);
    if (error) {
        throw OutputError(path_, error.value());
    }
}

void write_atomically(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

} // namespace rootpool::observe
