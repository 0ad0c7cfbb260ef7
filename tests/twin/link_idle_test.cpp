// A link to which nobody listens passes idle time by arithmetic instead of SKP by SKP. That changes nothing.
#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>

#include "models/core/wheel_scheduler.h"
#include "tests/twin/model_link.h"
#include "tests/twin/random.h"

namespace rootpool::twin {
namespace {

constexpr unsigned seeds = 48;

/// The case of a seed without faults, with a long silence now and then: some end near a refresh or a SKP ordered set.
[[nodiscard]] LinkCase case_with_silences(unsigned seed, pcie::TlpFactory& factory) {
    LinkCase made = make_link_case(seed, factory);
    made.settings.down.clear();
    Random random(seed);
    for (Direction& direction : made.directions) {
        direction.tlp_fates.clear();
        direction.dllp_fates.clear();
        SimTime silence{};
        for (Submission& submission : direction.submissions) {
            silence += random.one_in(25) ? random.up_to(random.one_in(2) ? 300us : 3ms) : SimTime{0};
            submission.call += silence;
            submission.ready += silence;
        }
        made.end = std::max(made.end, direction.submissions.back().ready);
    }
    made.end += 100us + random.up_to(1ms) +
                (made.theme == Theme::late_acks ? SimTime{3ms} : SimTime{0}); // sent again and again
    return made;
}

/// The same traffic twice.
class Pair {
public:
    Pair(unsigned seed, models::Scheduler& scheduler, pcie::TlpFactory& factory)
        : seed_(seed), cases_{case_with_silences(seed, factory), case_with_silences(seed, factory)},
          step_by_step_(fmt::format("observed{}", seed), scheduler, cases_[0], Recording::everything),
          at_once_(fmt::format("unobserved{}", seed), scheduler, cases_[1], Recording::without_packets) {}

    [[nodiscard]] SimTime end() const { return cases_[0].end; }

    void expect_equal() {
        SCOPED_TRACE(fmt::format("seed {}: {}", seed_, describe(cases_[0])));
        for (unsigned end : {0U, 1U}) {
            const models::LinkEndCounters& right = step_by_step_.counters(end);
            const models::LinkEndCounters& jumped = at_once_.counters(end);
            EXPECT_EQ(jumped.tlps, right.tlps) << "from end " << end;
            EXPECT_EQ(jumped.dllps, right.dllps) << "from end " << end;
            EXPECT_EQ(jumped.skips, right.skips) << "from end " << end;
        }
        const Traces right = step_by_step_.traces();
        const Traces jumped = at_once_.traces();
        for (unsigned end : {0U, 1U}) {
            EXPECT_EQ(jumped[end].deliveries.size(), cases_[0].directions[end].submissions.size());
            EXPECT_TRUE(jumped[end].deliveries == right[end].deliveries) << "from end " << end;
        }
    }

private:
    unsigned seed_;
    std::array<LinkCase, 2> cases_;
    ModelLink step_by_step_;
    ModelLink at_once_;
};

TEST(LinkIdle, PassingIdleTimeAtOnceChangesNothing) {
    pcie::TlpFactory factory;
    models::WheelScheduler scheduler("scheduler");
    std::vector<std::unique_ptr<Pair>> pairs;
    SimTime end{};
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        pairs.push_back(std::make_unique<Pair>(seed, scheduler, factory));
        end = std::max(end, pairs.back()->end());
    }
    models::KernelTime::run_for(end);
    for (const auto& pair : pairs) {
        pair->expect_equal();
    }
}

} // namespace
} // namespace rootpool::twin
