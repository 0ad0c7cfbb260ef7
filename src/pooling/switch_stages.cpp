#include "rootpool/pooling/switch_stages.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace rootpool::pooling {
namespace {

// Assumptions. The prototype: user-clock side of a hard PCIe block, receive and transmit FIFO.
constexpr SwitchStages fpga_prototype{
    .receive_crossing = 2, .ingress = 14, .arbitration = 2, .egress = 10, .transmit_crossing = 4, .local = 8};
// A switch chip with a hand-made pipeline. Its sum is fitted to the vendors' 140 to 160 ns (docs/validation.md).
constexpr SwitchStages asic{
    .receive_crossing = 2, .ingress = 7, .arbitration = 1, .egress = 5, .transmit_crossing = 4, .local = 4};

constexpr std::array<std::pair<std::string_view, SwitchStages>, 2> profiles = {
    {{"fpga-prototype", fpga_prototype}, {"asic", asic}}};

} // namespace

std::vector<std::string_view> switch_profile_names() {
    std::vector<std::string_view> names;
    names.reserve(profiles.size());
    for (const auto& [name, stages] : profiles) {
        names.push_back(name);
    }
    return names;
}

SwitchStages switch_profile(std::string_view name) {
    for (const auto& [known, stages] : profiles) {
        if (known == name) {
            return stages;
        }
    }
    throw std::invalid_argument(std::string("unknown switch profile '").append(name).append("'"));
}

} // namespace rootpool::pooling
