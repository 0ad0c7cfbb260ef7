// A twin with a mistake is told apart from the model: the comparison looks closely enough.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/twin/difference.h"
#include "tests/twin/environment.h"
#include "tests/twin/models_of_cases.h"
#include "tests/twin/run_twin.h"
#include "tests/twin/waves.h"

namespace rootpool::twin {
namespace {

using reference::Mutation;

struct Detection {
    unsigned seed;
    Difference difference;
};

/// What all models did, to be compared again and again.
class Models {
public:
    explicit Models(unsigned seeds) : models_(1, seeds) {
        models_.run();
        for (std::size_t i = 0; i < models_.size(); ++i) {
            traces_.push_back(models_.traces(i));
        }
    }

    /// The first case in which the mutated twin differs.
    [[nodiscard]] std::optional<Detection> detect(Mutation mutation) const {
        for (std::size_t i = 0; i < models_.size(); ++i) {
            const LinkCase& link = models_.at(i);
            const auto found = first_difference(traces_[i], run_twin(link, mutation).traces, ticks_of(link));
            if (found) {
                return Detection{models_.seed(i), *found};
            }
        }
        return std::nullopt;
    }

private:
    ModelsOfCases models_;
    std::vector<Traces> traces_;
};

void print(Mutation mutation, const Detection& detection) {
    const Difference& difference = detection.difference;
    fmt::print("{:<30} {:>4} {:>9} {:>8}  model {}\n{:<54}  twin  {}\n", name(mutation), detection.seed,
               difference.tick, difference.from_end, difference.model, "", difference.twin);
}

TEST(LinkMutation, EachIsDetected) {
    const Models models(environment_number("ROOTPOOL_TWIN_SEEDS", 32));
    ASSERT_FALSE(models.detect(Mutation::none));
    fmt::print("{:<30} {:>4} {:>9} {:>8}\n", "mutation", "seed", "link tick", "from end");
    for (auto number = static_cast<int>(Mutation::none) + 1;
         number < static_cast<int>(reference::first_switch_mutation); ++number) {
        const auto mutation = static_cast<Mutation>(number);
        const std::optional<Detection> detection = models.detect(mutation);
        if (detection) {
            print(mutation, *detection);
        } else {
            ADD_FAILURE() << name(mutation) << " is not detected";
        }
    }
}

} // namespace
} // namespace rootpool::twin
