#include "tests/twin/waves.h"

#include <algorithm>

namespace rootpool::twin {
namespace {

constexpr reference::Tick ticks_before = 200;
constexpr reference::Tick ticks_after = 50;

} // namespace

Window window_around(const Difference& difference, const reference::LinkTicks& ticks) {
    return {ticks.time_of(difference.tick - std::min(difference.tick, ticks_before)),
            ticks.time_of(difference.tick + ticks_after)};
}

std::filesystem::path waves_folder() {
    const char* const asked = std::getenv("ROOTPOOL_TWIN_WAVES");
    return asked == nullptr ? std::filesystem::current_path() : std::filesystem::path(asked);
}

void write_waves(const std::filesystem::path& folder, const Traces& model, const Traces& twin, const Window& window) {
    write_wave<LinkWave>(folder / "model.vcd", model, window);
    write_wave<LinkWave>(folder / "twin.vcd", twin, window);
}

} // namespace rootpool::twin
