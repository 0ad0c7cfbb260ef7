// A twin of a switch with a mistake is told apart from the model: the comparison looks closely enough. The links have
// no mistakes here but those of cut-through; rules of the ordering table are broken in the crossbar alone.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/twin/environment.h"
#include "tests/twin/run_switch_twin.h"
#include "tests/twin/switch_models.h"

namespace rootpool::twin {
namespace {

using reference::Mutation;

/// What all models did, to be compared again and again.
class Models {
public:
    explicit Models(unsigned seeds) : models_(1, seeds) {
        models_.run();
        for (std::size_t i = 0; i < models_.size(); ++i) {
            traces_.push_back(models_.traces(i));
        }
    }

    /// The first case in which the mutated twin differs, described; empty if there is none.
    [[nodiscard]] std::string detect(Mutation mutation) const {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            const SwitchCase& of = models_.at(i);
            const auto found = first_difference(of, traces_[i], run_switch_twin(of, mutation).traces);
            if (found) {
                return fmt::format("{:>4} {:>12} fs  {}", models_.seed(i), found->at.count(), two_lines(found->text));
            }
        }
        return {};
    }

private:
    [[nodiscard]] static std::string two_lines(const std::string& text) {
        const std::size_t model = text.find("  model ");
        return text.substr(model, text.find("\nboth before") - model);
    }

    SwitchModels models_;
    std::vector<SwitchTraces> traces_;
};

[[nodiscard]] std::vector<Mutation> mutations() {
    std::vector<Mutation> made = {Mutation::posted_waits_for_non_posted, Mutation::completion_passes_posted,
                                  Mutation::relaxed_ordering_ignored, Mutation::id_ordering_ignored,
                                  Mutation::same_transaction_passes};
    for (auto number = static_cast<int>(reference::first_switch_mutation); number < static_cast<int>(Mutation::count);
         ++number) {
        made.push_back(static_cast<Mutation>(number));
    }
    return made;
}

TEST(SwitchMutation, EachIsDetected) {
    const Models models(environment_number("ROOTPOOL_TWIN_SEEDS", 96));
    ASSERT_EQ(models.detect(Mutation::none), "");
    fmt::print("{:<30} seed\n", "mutation");
    for (const Mutation mutation : mutations()) {
        const std::string detection = models.detect(mutation);
        EXPECT_NE(detection, "") << name(mutation) << " is not detected";
        fmt::print("{:<30} {}\n", name(mutation), detection);
    }
}

} // namespace
} // namespace rootpool::twin
