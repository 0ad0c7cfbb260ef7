// Where a twin with a mistake differs from the model, both waves are written, and they show it.
// tests/tools/waves_test.py reads them with somebody else's eyes. Environment: ROOTPOOL_TWIN_WAVES (folder).
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "tests/twin/models_of_cases.h"
#include "tests/twin/run_twin.h"
#include "tests/twin/waves.h"

namespace rootpool::twin {
namespace {

[[nodiscard]] std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(LinkWaves, ShowTheFirstDifference) {
    ModelsOfCases models(1, 1);
    models.run();
    const LinkCase& link = models.at(0);
    const Traces model = models.traces(0);
    const Traces twin = run_twin(link, reference::Mutation::ack_limit_plus_one).traces;
    const auto difference = first_difference(model, twin, ticks_of(link));
    ASSERT_TRUE(difference);
    write_waves(waves_folder(), model, twin, window_around(*difference, ticks_of(link)));

    const std::string at = '#' + std::to_string(difference->at.count()) + '\n';
    const std::string of_model = content(waves_folder() / "model.vcd");
    const std::string of_twin = content(waves_folder() / "twin.vcd");
    ASSERT_NE(of_model.find(at), std::string::npos);
    EXPECT_EQ(of_model.substr(0, of_model.find(at)), of_twin.substr(0, of_model.find(at))) << "equal before";
    EXPECT_NE(of_model, of_twin);
}

} // namespace
} // namespace rootpool::twin
