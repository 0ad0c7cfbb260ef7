// What holds on a link whatever is sent over it: credits are kept, every TLP arrives once, unchanged and in an order
// that the ordering table allows, with bit errors and with a link that goes down. Everything is compared with accounts
// that the test keeps itself. All links run in one simulation; LINK_TLPS in the environment says how many TLPs each
// carries.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "models/core/wheel_scheduler.h"
#include "tests/model/pcie/loaded_link.h"

namespace rootpool::models::test {
namespace {

constexpr LinkConfig link_of(pcie::Generation generation, unsigned width) {
    LinkConfig link{.parameters = {generation, width}};
    link.max_payload = RandomTraffic::max_payload;
    return link;
}
const std::array<LoadedLink::Setting, 5> settings{{
    {"no_errors", 0, false, link_of(pcie::Generation::gen2, 8)},
    {"few_errors", 1e-6, false, link_of(pcie::Generation::gen3, 8)},
    {"many_errors", 1e-4, false, link_of(pcie::Generation::gen2, 4)},
    {"going_down", 0, true, link_of(pcie::Generation::gen2, 8)},
    {"going_down_with_errors", 1e-6, true, link_of(pcie::Generation::gen2, 8)},
}};

/// All links, run to the end of their traffic: SystemC elaborates once.
class Run {
public:
    static Run& once() {
        static Run run;
        return run;
    }
    [[nodiscard]] LoadedLink& bench(std::size_t index) { return *benches_.at(index); }
    [[nodiscard]] std::uint64_t tlps() const noexcept { return tlps_; }

private:
    Run() {
        const char* wanted = std::getenv("LINK_TLPS");
        tlps_ = wanted == nullptr ? 100'000 : std::strtoull(wanted, nullptr, 10);
        for (const LoadedLink::Setting& setting : settings) {
            benches_.push_back(std::make_unique<LoadedLink>(setting, scheduler_, factory_, tlps_));
        }
        while (!std::ranges::all_of(benches_, [](const auto& bench) { return bench->done(); })) {
            KernelTime::run_for(100us);
        }
        KernelTime::run_for(1ms); // the last replays, releases and UpdateFCs
        for (const auto& bench : benches_) {
            static_cast<void>(bench->counters(0)); // a link that nobody waits for works when it is asked
        }
    }

    WheelScheduler scheduler_{"scheduler"};
    pcie::TlpFactory factory_;
    std::uint64_t tlps_ = 0;
    std::vector<std::unique_ptr<LoadedLink>> benches_;
};

class LinkProperties : public testing::TestWithParam<std::size_t> {
protected:
    LoadedLink& bench_ = Run::once().bench(GetParam());
};

TEST_P(LinkProperties, EveryTlpArrivesOnceUnlessTheLinkWentDown) {
    for (unsigned direction : {0U, 1U}) {
        const TlpLedger& ledger = bench_.ledger(direction);
        EXPECT_EQ(bench_.handed_over(direction), Run::once().tlps() / 2);
        EXPECT_EQ(ledger.open(), 0U);
        EXPECT_EQ(ledger.unexpected, 0U);
        EXPECT_EQ(ledger.deliveries + ledger.returns + ledger.lost, bench_.handed_over(direction));
        if (settings[GetParam()].goes_down) {
            EXPECT_EQ(bench_.passed_downs(), bench_.planned_downs());
            EXPECT_GT(ledger.returns, 0U);
            EXPECT_GT(ledger.lost, 0U);
        } else {
            EXPECT_EQ(ledger.deliveries, bench_.handed_over(direction));
        }
    }
}

TEST_P(LinkProperties, NoTlpPassesAnotherThatItMayNotPass) {
    EXPECT_EQ(bench_.ledger(0).reordered, 0U);
    EXPECT_EQ(bench_.ledger(1).reordered, 0U);
}

TEST_P(LinkProperties, EveryTlpArrivesAsItWasSent) {
    EXPECT_EQ(bench_.ledger(0).changed, 0U);
    EXPECT_EQ(bench_.ledger(1).changed, 0U);
}

TEST_P(LinkProperties, CreditsAreNeitherOverdrawnNorLost) {
    for (unsigned direction : {0U, 1U}) {
        EXPECT_EQ(bench_.account(direction).overdrawn, 0U) << direction;
        EXPECT_EQ(bench_.account(direction).wrong_announcements, 0U) << direction;
        EXPECT_TRUE(bench_.account(direction).balanced()) << direction;
    }
}

TEST_P(LinkProperties, ErrorsAreRepairedByReplaysAndRetraining) {
    const double rate = settings[GetParam()].bit_error_rate;
    for (unsigned direction : {0U, 1U}) {
        const LinkEndCounters& counters = bench_.counters(direction);
        EXPECT_EQ(counters.tlps, bench_.ledger(direction).deliveries);
        EXPECT_EQ(counters.replayed_tlps > 0, rate > 0);
        EXPECT_EQ(counters.naks_received > 0, rate > 0);
        EXPECT_EQ(counters.retrains > 0, rate > 1e-5) << counters.retrains;
    }
}

INSTANTIATE_TEST_SUITE_P(Links, LinkProperties, testing::Range(std::size_t{0}, settings.size()),
                         [](const auto& chosen) { return std::string(settings[chosen.param].name); });

} // namespace
} // namespace rootpool::models::test
