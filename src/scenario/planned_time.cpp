#include "rootpool/scenario/planned_time.h"

#include <algorithm>
#include <type_traits>

namespace rootpool::scenario {
namespace {

SimTime sum(SimTime a, SimTime b) { return a > core::never - b ? core::never : a + b; }

SimTime times(unsigned count, SimTime span) {
    return count != 0 && span > core::never / count ? core::never : count * span;
}

SimTime longest(const Parallel& parallel) {
    SimTime result{};
    for (const Step& step : parallel.steps) {
        result = std::max(result, planned_time(step));
    }
    return result;
}

} // namespace

SimTime planned_time(const Step& step) {
    return std::visit(
        [](const auto& action) -> SimTime {
            using Action = std::decay_t<decltype(action)>;
            if constexpr (std::is_same_v<Action, Iperf> || std::is_same_v<Action, Wait>) {
                return action.duration;
            } else if constexpr (std::is_same_v<Action, Ping>) {
                return times(action.count - 1, action.interval);
            } else if constexpr (std::is_same_v<Action, PcieBench>) {
                return times(action.sizes(), action.warm_up + action.duration);
            } else if constexpr (std::is_same_v<Action, Parallel>) {
                return longest(action);
            } else {
                return SimTime{};
            }
        },
        step.action);
}

SimTime planned_time(const Config& config) {
    SimTime total{};
    for (const Step& step : config.timeline) {
        total = sum(total, planned_time(step));
    }
    return total;
}

} // namespace rootpool::scenario
