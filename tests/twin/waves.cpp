#include "tests/twin/waves.h"

#include <algorithm>
#include <fstream>

namespace rootpool::twin {
namespace {

constexpr reference::Tick ticks_before = 200;
constexpr reference::Tick ticks_after = 50;

void write_wave(const std::filesystem::path& file, const Traces& traces, const Window& window) {
    std::ofstream out(file);
    VcdWriter vcd(out);
    const LinkWave wave(vcd);
    vcd.end_declarations();
    SignalChanges changes;
    wave.add_changes(traces, window, changes);
    play(changes, window, vcd);
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

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
    write_wave(folder / "model.vcd", model, window);
    write_wave(folder / "twin.vcd", twin, window);
}

} // namespace rootpool::twin
