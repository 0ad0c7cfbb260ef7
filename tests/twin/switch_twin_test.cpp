// The model of a switch with its links and their clocked twin do the same at every edge and tick, whatever tables,
// arbiters, traffic and faults there are; and all that docs/timing.md speaks of does happen. Environment:
// ROOTPOOL_TWIN_SEEDS (number of cases), ROOTPOOL_TWIN_FIRST_SEED, ROOTPOOL_TWIN_LEAST (how often everything has to
// happen; 0: it need not), ROOTPOOL_TWIN_WAVES (folder for the waves of the first difference).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/twin/environment.h"
#include "tests/twin/run_switch_twin.h"
#include "tests/twin/switch_coverage_table.h"
#include "tests/twin/switch_models.h"
#include "tests/twin/switch_waves.h"

namespace rootpool::twin {
namespace {

/// Compares the model of a case with its twin; says whether they are equal.
bool expect_equal(SwitchModels& models, std::size_t index, const SwitchTwinRun& twin) {
    const SwitchTraces model = models.traces(index);
    const auto different = first_difference(models.at(index), model, twin.traces);
    if (!different) {
        return true;
    }
    const std::filesystem::path folder = waves_folder();
    write_waves(folder, models.at(index), *different, model, twin.traces);
    ADD_FAILURE() << "seed " << models.seed(index) << ": " << describe(models.at(index)) << "\n"
                  << different->text << "waves: model.vcd and twin.vcd in " << folder;
    return false;
}

TEST(SwitchTwin, IsEqualToTheModelInEveryEvent) {
    SwitchModels models(environment_number("ROOTPOOL_TWIN_FIRST_SEED", 1),
                        environment_number("ROOTPOOL_TWIN_SEEDS", 200));
    models.run();
    CounterTable coverage;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const SwitchTwinRun twin = run_switch_twin(models.at(i));
        if (!expect_equal(models, i, twin)) {
            return;
        }
        coverage.add(counters_of(twin));
    }
    fmt::print("{} seeds\n{}", models.size(), coverage.text());
    EXPECT_THAT(coverage.complaints(environment_number("ROOTPOOL_TWIN_LEAST", 1)), testing::IsEmpty());
}

} // namespace
} // namespace rootpool::twin
