#include "cli/progress_line.h"

#include <algorithm>
#include <ostream>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "rootpool/scenario/units.h"

namespace rootpool::cli {
namespace {

constexpr auto refresh = std::chrono::milliseconds(200);

SimTime planned_time(const scenario::Step& step);

SimTime planned_time(const scenario::Parallel& parallel) {
    SimTime longest{};
    for (const scenario::Step& step : parallel.steps) {
        longest = std::max(longest, planned_time(step));
    }
    return longest;
}

SimTime planned_time(const scenario::Step& step) {
    return std::visit(
        [](const auto& action) -> SimTime {
            using Action = std::decay_t<decltype(action)>;
            if constexpr (std::is_same_v<Action, scenario::Iperf> || std::is_same_v<Action, scenario::Wait>) {
                return action.duration;
            } else if constexpr (std::is_same_v<Action, scenario::Ping>) {
                return (action.count - 1) * action.interval;
            } else if constexpr (std::is_same_v<Action, scenario::PcieBench>) {
                return action.sizes() * (action.warm_up + action.duration);
            } else if constexpr (std::is_same_v<Action, scenario::Parallel>) {
                return planned_time(action);
            } else {
                return SimTime{};
            }
        },
        step.action);
}

} // namespace

SimTime planned_time(const scenario::Config& config) {
    // 1,000 steps of 1,000 s are more than a SimTime holds
    double total = 0;
    for (const scenario::Step& step : config.timeline) {
        total += static_cast<double>(planned_time(step).count());
    }
    return total >= static_cast<double>(core::never.count()) ? core::never : SimTime{static_cast<std::int64_t>(total)};
}

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
