#include "rootpool/observe/kernel_log_file.h"

#include <algorithm>
#include <fmt/format.h>

#include "rootpool/observe/atomic_file.h"

namespace rootpool::observe {

void TextLog::add(std::string_view prefix, std::string_view text) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        add_line(prefix, text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    add_line(prefix, text);
}

void TextLog::add_line(std::string_view prefix, std::string_view line) {
    if (full_) {
        return;
    }
    if (text_.size() + prefix.size() + line.size() + 1 > most_bytes) {
        full_ = true;
        text_ += "(the log is full and ends here)\n";
        return;
    }
    text_ += prefix;
    std::transform(line.begin(), line.end(), std::back_inserter(text_), [](char c) {
        const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
        return control ? '?' : c;
    });
    text_ += '\n';
}

void TextLog::write(const std::filesystem::path& path) const { write_atomically(path, text_); }

std::string kernel_time_stamp(SimTime since_power_on) {
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(since_power_on).count();
    return fmt::format("[{:5}.{:06}] ", microseconds / 1'000'000, microseconds % 1'000'000);
}

void KernelLogFile::line(std::string_view text) { log_.add(kernel_time_stamp(clock_()), text); }

void ConsoleFile::line(std::string_view text) {
    log_.add({}, text);
    if (echo_) {
        echo_(text);
    }
}

} // namespace rootpool::observe
