#include "models/pooling/switch_timing.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace rootpool::models {
namespace {

constexpr SwitchTiming with(unsigned ingress, unsigned arbitration, unsigned egress, unsigned local) noexcept {
    SwitchTiming timing;
    timing.ingress = ingress;
    timing.arbitration = arbitration;
    timing.egress = egress;
    timing.local = local;
    return timing;
}

// Assumptions. The prototype: user-clock side of a hard PCIe block, receive FIFO, clock crossing in and out. The ASIC:
// a store-and-forward switch chip with a hand-made pipeline, about 100 ns from last beat to first beat.
constexpr std::array<std::pair<std::string_view, SwitchTiming>, 2> profiles = {{
    {"fpga-prototype", with(16, 2, 12, 8)},
    {"asic", with(6, 1, 5, 4)},
}};

} // namespace

std::vector<std::string_view> switch_profile_names() {
    std::vector<std::string_view> names;
    names.reserve(profiles.size());
    for (const auto& [name, timing] : profiles) {
        names.push_back(name);
    }
    return names;
}

SwitchTiming switch_profile(std::string_view name) {
    for (const auto& [known, timing] : profiles) {
        if (known == name) {
            return timing;
        }
    }
    throw std::invalid_argument(std::string("unknown switch profile '").append(name).append("'"));
}

} // namespace rootpool::models
