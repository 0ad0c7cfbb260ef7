#include "tests/twin/switch_models.h"

#include <algorithm>
#include <fmt/format.h>

namespace rootpool::twin {

SwitchModels::SwitchModels(const std::string& name, unsigned first, unsigned count, Recording recording)
    : first_(first), scheduler_((name + "_scheduler").c_str()) {
    cases_.reserve(count); // the models refer to them
    for (unsigned seed = first; seed < first + count; ++seed) {
        cases_.push_back(make_switch_case(seed, factory_));
        models_.push_back(std::make_unique<ModelSwitch>(fmt::format("{}{}", name, seed), scheduler_, factory_,
                                                        cases_.back(), recording));
    }
}

void SwitchModels::run() {
    SimTime end{};
    for (const SwitchCase& one : cases_) {
        end = std::max(end, one.end);
    }
    models::KernelTime::run_for(end);
}

} // namespace rootpool::twin
