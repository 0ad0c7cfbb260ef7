#include <array>
#include <string_view>

#include "scenario/builder.h"
#include "scenario/reading.h"

namespace rootpool::scenario {

void build_simulation(const Node& root, Config& config) {
    using namespace std::string_view_literals;
    const Node* simulation = root.find("simulation");
    if (simulation == nullptr) {
        return;
    }
    config.simulation = {
        .timers = read_choice(
            *simulation, "timers",
            std::array{std::pair{"wheel"sv, core::TimerQueue::wheel}, std::pair{"kernel"sv, core::TimerQueue::kernel}}),
        .look_ahead = read_flag(*simulation, "look_ahead"),
    };
}

} // namespace rootpool::scenario
