#include "cli/progress_line.h"

#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace rootpool::cli {
namespace {

constexpr auto refresh = std::chrono::milliseconds(200);

} // namespace

ProgressLine::ProgressLine(std::ostream& stream, bool visible, SimTime planned)
    : stream_(stream), visible_(visible), planned_(planned) {}

void ProgressLine::show(const Progress& progress) {
    const auto now = WallClock::now();
    if (!visible_ || now - last_ < refresh) {
        return;
    }
    last_ = now;
    fmt::print(stream_, "\r\033[K{}", progress_text(progress, planned_, now - start_));
    stream_.flush();
    shown_ = true;
}

void ProgressLine::clear() {
    if (shown_) {
        stream_ << "\r\033[K";
        stream_.flush();
        shown_ = false;
    }
}

std::string progress_text(const Progress& progress, SimTime planned, std::chrono::duration<double> elapsed) {
    const double simulated = std::chrono::duration<double>(progress.now).count();
    const double rate = elapsed.count() > 0 ? simulated / elapsed.count() : 0;
    std::string text = fmt::format("simulated {:.6f} s, {:.3f} ms each second", simulated, rate * 1e3);
    if (!progress.step.empty()) {
        text += fmt::format(", {}", progress.step);
    }
    const double left = std::chrono::duration<double>(planned).count() - simulated;
    if (rate > 0 && left > 0) {
        text += fmt::format(", about {:.0f} s left", left / rate);
    }
    return text;
}

} // namespace rootpool::cli
