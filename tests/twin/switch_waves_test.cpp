// Where a twin of a switch with a mistake differs from the model, both waves are written, and they show it.
// Environment: ROOTPOOL_TWIN_WAVES (folder).
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "tests/twin/run_switch_twin.h"
#include "tests/twin/switch_models.h"
#include "tests/twin/switch_waves.h"

namespace rootpool::twin {
namespace {

[[nodiscard]] std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(SwitchWaves, ShowTheFirstDifference) {
    SwitchModels models(1, 1);
    models.run();
    const SwitchCase& of = models.at(0);
    const SwitchTraces model = models.traces(0);
    const SwitchTraces twin = run_switch_twin(of, reference::Mutation::ingress_plus_one).traces;
    const auto difference = first_difference(of, model, twin);
    ASSERT_TRUE(difference);
    const std::filesystem::path folder = waves_folder() / "switch_waves";
    std::filesystem::create_directories(folder);
    write_waves(folder, of, *difference, model, twin);

    const std::string at = '#' + std::to_string(difference->at.count()) + '\n';
    const std::string of_model = content(folder / "model.vcd");
    const std::string of_twin = content(folder / "twin.vcd");
    ASSERT_NE(of_model.find(at), std::string::npos);
    EXPECT_EQ(of_model.substr(0, of_model.find(at)), of_twin.substr(0, of_model.find(at))) << "equal before";
    EXPECT_NE(of_model, of_twin);
}

} // namespace
} // namespace rootpool::twin
