#include "tests/twin/random_shares.h"

#include <algorithm>

namespace rootpool::twin {
namespace {

using reference::ClassCredits;

[[nodiscard]] ClassCredits few_credits(Random& random) {
    const unsigned headers = 1 + random.below(4);
    return {headers, 1 + random.below(64), false};
}
[[nodiscard]] ClassCredits half_of(const ClassCredits& buffer) {
    const unsigned headers = buffer.infinite ? 32 : buffer.headers;
    const unsigned data = buffer.infinite ? 256 : buffer.data;
    return {headers / 2 + 1, data / 2 + 1, false};
}

/// Its link comes up anew, and so ends a fence. A master does it late, since it takes the device along.
void make_stuck(PortCase& root, bool is_master, Random& random) {
    root.stuck_from = random.up_to(4us);
    root.stuck_until = root.stuck_from + 10us + random.up_to(50us);
    SimTime from = sometimes_at_edge(root.stuck_from + (is_master ? 10us : 2us) + random.up_to(4us), random);
    for (unsigned times = is_master ? 1 : 1 + random.below(3); times > 0; --times) {
        const SimTime until = sometimes_at_edge(from + 4us + random.up_to(300ns), random);
        root.link.settings.down.push_back({from, until});
        from = sometimes_at_edge(until + 2us + random.up_to(3us), random);
    }
}

} // namespace

void choose_shares(SwitchCase& of, Random& random) {
    reference::SwitchSettings& settings = of.settings;
    const bool stuck = of.theme == SwitchTheme::stuck;
    const bool few = stuck || random.one_in(3);
    for (std::size_t flow = 0; flow < pcie::flow_class_count; ++flow) {
        const ClassCredits& buffer = of.devices[0].link.settings.advertised[0][flow];
        settings.root_quota[flow] = few ? few_credits(random) : half_of(buffer);
        settings.root_reserve[flow] = few ? few_credits(random) : half_of(buffer);
    }
    if (stuck) {
        settings.fence_timeout = 100ns + random.up_to(random.one_in(4) ? 3us : 400ns);
    } else if (random.one_in(2)) {
        settings.fence_timeout = 2us + random.up_to(10us);
    }
    for (std::size_t root = 0; root < of.roots.size(); ++root) {
        const bool is_master = std::ranges::any_of(
            settings.devices, [&](const reference::DeviceTables& device) { return device.master.index() == root; });
        if (stuck && !random.one_in(8)) {
            make_stuck(of.roots[root], is_master, random);
        }
    }
}

} // namespace rootpool::twin
