// The model of a link and its clocked twin do the same, tick by tick, whatever traffic, credits and faults there are;
// and all that docs/timing.md speaks of does happen. Environment: ROOTPOOL_TWIN_SEEDS (number of cases),
// ROOTPOOL_TWIN_FIRST_SEED, ROOTPOOL_TWIN_LEAST (how often everything has to happen; 0: it need not),
// ROOTPOOL_TWIN_WAVES (folder for the waves of the first difference).
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/reference/ticks.h"
#include "tests/twin/coverage_table.h"
#include "tests/twin/difference.h"
#include "tests/twin/environment.h"
#include "tests/twin/models_of_cases.h"
#include "tests/twin/run_twin.h"
#include "tests/twin/waves.h"

namespace rootpool::twin {
namespace {

/// Compares the model of a case with its twin; says whether they are equal.
bool expect_equal(ModelsOfCases& models, std::size_t index, const TwinRun& twin) {
    const LinkCase& link = models.at(index);
    const Traces model = models.traces(index);
    const auto different = first_difference(model, twin.traces, ticks_of(link));
    if (!different) {
        return true;
    }
    const std::filesystem::path folder = waves_folder();
    write_waves(folder, model, twin.traces, window_around(*different, ticks_of(link)));
    ADD_FAILURE() << "seed " << models.seed(index) << ": " << describe(link) << "\n"
                  << text(*different) << "waves: model.vcd and twin.vcd in " << folder;
    return false;
}

TEST(LinkTwin, IsEqualToTheModelInEveryEvent) {
    ModelsOfCases models(environment_number("ROOTPOOL_TWIN_FIRST_SEED", 1),
                         environment_number("ROOTPOOL_TWIN_SEEDS", 200));
    models.run();
    CounterTable coverage;
    coverage.add(counters_of({}));
    for (std::size_t i = 0; i < models.size(); ++i) {
        const TwinRun twin = run_twin(models.at(i));
        if (!expect_equal(models, i, twin)) {
            return;
        }
        coverage.add(counters_of(twin.coverage[0]));
        coverage.add(counters_of(twin.coverage[1]));
    }
    fmt::print("{} seeds\n{}", models.size(), coverage.text());
    EXPECT_THAT(coverage.complaints(environment_number("ROOTPOOL_TWIN_LEAST", 1)), testing::IsEmpty());
}

} // namespace
} // namespace rootpool::twin
