#include "tests/twin/difference.h"

#include <algorithm>
#include <fmt/format.h>

namespace rootpool::twin {
namespace {

constexpr std::size_t lines_before = 12;

template <typename Event>
[[nodiscard]] SimTime time_of(const Event& event) {
    return event.at;
}
template <>
[[nodiscard]] SimTime time_of(const Return& /*event*/) {
    return core::never;
}

[[nodiscard]] double nanoseconds(SimTime time) { return static_cast<double>(time.count()) / 1e6; }

template <typename Event>
[[nodiscard]] std::string line(const Event& event) {
    return time_of(event) == core::never ? text(event)
                                         : fmt::format("{:>14.3f} ns  {}", nanoseconds(time_of(event)), text(event));
}

template <typename Event>
using Events = std::vector<Event>;

template <typename Event>
[[nodiscard]] std::string line_at(const Events<Event>& events, std::size_t index) {
    return index < events.size() ? line(events[index]) : "nothing more of that kind";
}

/// Finds the earliest of the lists of events that it is shown.
class Search {
public:
    template <typename Event>
    void compare(unsigned from_end, const Events<Event>& model, const Events<Event>& twin) {
        const auto [m, t] = std::mismatch(model.begin(), model.end(), twin.begin(), twin.end());
        if (m == model.end() && t == twin.end()) {
            return;
        }
        const SimTime at =
            std::min(m == model.end() ? core::never : time_of(*m), t == twin.end() ? core::never : time_of(*t));
        if (found_ && found_->at <= at) {
            return;
        }
        const auto index = static_cast<std::size_t>(m - model.begin());
        found_ = Difference{at, 0, from_end, line_at(model, index), line_at(twin, index), {}};
        for (std::size_t i = index < lines_before ? 0 : index - lines_before; i < index; ++i) {
            found_->before += line(model[i]) + '\n';
        }
    }
    [[nodiscard]] std::optional<Difference>& found() noexcept { return found_; }

private:
    std::optional<Difference> found_;
};

[[nodiscard]] reference::Tick at_or_before(SimTime time, const reference::LinkTicks& ticks) {
    const reference::Tick at_least = ticks.ticks_in(time);
    return ticks.time_of(at_least) > time ? at_least - 1 : at_least;
}

} // namespace

std::optional<Difference> first_difference(const Traces& model, const Traces& twin, const reference::LinkTicks& ticks) {
    Search search;
    for (unsigned end : {0U, 1U}) {
        search.compare(end, model[end].starts, twin[end].starts);
        search.compare(end, model[end].receptions, twin[end].receptions);
        search.compare(end, model[end].deliveries, twin[end].deliveries);
        search.compare(end, model[end].returns, twin[end].returns);
    }
    std::optional<Difference>& found = search.found();
    if (found && found->at != core::never) {
        found->tick = at_or_before(found->at, ticks);
    }
    return found;
}

std::string text(const Difference& difference) {
    const std::string when = difference.at == core::never ? "among the returned TLPs"
                                                          : fmt::format("at {:.3f} ns, link tick {}",
                                                                        nanoseconds(difference.at), difference.tick);
    return fmt::format("first difference {}, direction from end {} (port of the {} component)\n"
                       "  model {}\n  twin  {}\nboth before\n{}",
                       when, difference.from_end, difference.from_end == 0 ? "upstream" : "downstream",
                       difference.model, difference.twin, difference.before);
}

} // namespace rootpool::twin
