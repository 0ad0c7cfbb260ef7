#include "models/pooling/switch_timing.h"

#include <algorithm>

namespace rootpool::models {

SimTime ready_cut_through(const SwitchTiming& timing, const CutThroughTimes& times, unsigned stages) {
    const SimTime header = timing.passed(times.header, stages);
    return std::max(header, timing.passed(times.last_beat, stages) - (times.transfer - timing.period));
}

} // namespace rootpool::models
