// A model whose links nobody looks at passes idle time of its links at once and takes its decisions in another order
// of calls; the switch and the far ends see no difference.
#include <gtest/gtest.h>

#include "tests/twin/environment.h"
#include "tests/twin/switch_models.h"

namespace rootpool::twin {
namespace {

TEST(SwitchObservation, ChangesNothing) {
    const unsigned seeds = environment_number("ROOTPOOL_TWIN_SEEDS", 40);
    SwitchModels watched("watched", 1, seeds, Recording::everything);
    SwitchModels alone("alone", 1, seeds, Recording::without_packets);
    watched.run(); // both: they are in one simulation
    for (std::size_t i = 0; i < watched.size(); ++i) {
        const SwitchTraces one = watched.traces(i);
        const SwitchTraces other = alone.traces(i);
        EXPECT_EQ(one.grants, other.grants) << "seed " << watched.seed(i);
        for (std::size_t root = 0; root < one.roots.size(); ++root) {
            EXPECT_EQ(one.roots[root][1].deliveries, other.roots[root][1].deliveries) << "seed " << watched.seed(i);
        }
        for (std::size_t device = 0; device < one.devices.size(); ++device) {
            EXPECT_EQ(one.devices[device][0].deliveries, other.devices[device][0].deliveries)
                << "seed " << watched.seed(i);
        }
    }
}

} // namespace
} // namespace rootpool::twin
