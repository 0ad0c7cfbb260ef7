#pragma once

#include <filesystem>

#include "tests/twin/difference.h"
#include "tests/twin/wave_signals.h"

namespace rootpool::twin {

/// From 200 link ticks before a difference until 50 after it.
[[nodiscard]] Window window_around(const Difference& difference, const reference::LinkTicks& ticks);

/// ROOTPOOL_TWIN_WAVES, or the working directory.
[[nodiscard]] std::filesystem::path waves_folder();

/// Writes model.vcd and twin.vcd: of each direction what is on the wire and what comes out of it.
void write_waves(const std::filesystem::path& folder, const Traces& model, const Traces& twin, const Window& window);

} // namespace rootpool::twin
