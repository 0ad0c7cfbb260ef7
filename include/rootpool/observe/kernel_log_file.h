#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "rootpool/core/time.h"
#include "rootpool/host/hardware_access.h"

namespace rootpool::observe {

/// Lines of text of one server, kept in memory and written at the end of the run.
class TextLog {
public:
    /// What the log holds at most; afterwards it takes nothing more and its last line says so.
    static constexpr std::size_t most_bytes = 64U << 20U;

    /// Adds `prefix` and `text` as a line. A line feed in the text starts another line with the same prefix; other
    /// control characters become '?', as they would in a terminal's way.
    void add(std::string_view prefix, std::string_view text);
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Throws OutputError.
    void write(const std::filesystem::path& path) const;

private:
    void add_line(std::string_view prefix, std::string_view line);

    std::string text_;
    bool full_ = false;
};

/// "[    1.234567] ": seconds since power-on as the kernel's printk writes them; parts of a microsecond are cut.
[[nodiscard]] std::string kernel_time_stamp(SimTime since_power_on);

/// The kernel log of one server: log/<server>.txt.
class KernelLogFile final : public host::KernelLog {
public:
    /// `clock` tells the time since the server was powered on.
    explicit KernelLogFile(std::function<SimTime()> clock) : clock_(std::move(clock)) {}

    void line(std::string_view text) override;
    [[nodiscard]] const std::string& text() const noexcept { return log_.text(); }
    /// Throws OutputError.
    void write(const std::filesystem::path& path) const { log_.write(path); }

private:
    std::function<SimTime()> clock_;
    TextLog log_;
};

/// What programs on one server print: console/<server>.txt, and at once to `echo` where there is one (the terminal).
class ConsoleFile {
public:
    using Echo = std::function<void(std::string_view line)>;

    explicit ConsoleFile(Echo echo = {}) : echo_(std::move(echo)) {}

    void line(std::string_view text);
    [[nodiscard]] const std::string& text() const noexcept { return log_.text(); }
    /// Throws OutputError.
    void write(const std::filesystem::path& path) const { log_.write(path); }

private:
    Echo echo_;
    TextLog log_;
};

} // namespace rootpool::observe
