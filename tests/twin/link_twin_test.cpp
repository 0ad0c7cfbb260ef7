// The model of a link and its clocked twin do the same, tick by tick, whatever traffic, credits and faults there are.
// SystemC elaborates once: all links stand side by side in one simulation.
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>

#include "tests/twin/model_link.h"
#include "tests/twin/run_twin.h"

namespace rootpool::twin {
namespace {

[[nodiscard]] unsigned seeds() {
    const char* const asked = std::getenv("ROOTPOOL_TWIN_SEEDS");
    return asked == nullptr ? 200U : static_cast<unsigned>(std::strtoul(asked, nullptr, 10));
}

[[nodiscard]] unsigned first_seed() {
    const char* const asked = std::getenv("ROOTPOOL_TWIN_FIRST_SEED");
    return asked == nullptr ? 1U : static_cast<unsigned>(std::strtoul(asked, nullptr, 10));
}

TEST(LinkTwin, IsEqualToTheModelInEveryEvent) {
    models::Scheduler scheduler("scheduler");
    pcie::TlpFactory factory;
    std::vector<LinkCase> cases;
    for (unsigned seed = first_seed(); seed <= seeds(); ++seed) {
        cases.push_back(make_link_case(seed, factory));
    }
    std::vector<std::unique_ptr<ModelLink>> models;
    SimTime end{};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        models.push_back(std::make_unique<ModelLink>(fmt::format("case{}", i + 1), scheduler, cases[i]));
        end = std::max(end, cases[i].end);
    }
    sc_core::sc_start(models::to_sc_time(end));
    unsigned different = 0;
    for (std::size_t i = 0; i < cases.size() && different < 3; ++i) {
        const std::array<Trace, 2> model = models[i]->traces();
        const TwinRun twin = run_twin(cases[i]);
        for (unsigned direction : {0U, 1U}) {
            const std::string text = difference(model[direction], twin.traces[direction]);
            EXPECT_EQ(text, "") << "seed " << first_seed() + i << ", from end " << direction << ": "
                                << describe(cases[i]);
            different += text.empty() ? 0 : 1;
        }
        std::size_t done = 0;
        for (const Trace& trace : twin.traces) {
            done += trace.deliveries.size() + trace.returns.size();
        }
        EXPECT_GT(done, 150U) << "seed " << first_seed() + i << " does not do much";
    }
}

} // namespace
} // namespace rootpool::twin
