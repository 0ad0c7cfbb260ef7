// Ordering at one crossbar output (PCIe base table 2-42), with a sink that holds back one flow class at a time. Behind
// a real port a blocked posted request implies a blocked read, so the rules cannot be told apart there.
#include <algorithm>
#include <array>
#include <gmock/gmock.h>

#include "models/core/wheel_scheduler.h"
#include "models/pooling/crossbar.h"

namespace rootpool::models::test {
namespace {

using pcie::FlowClass;
using pcie::TlpKind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr pcie::Attributes relaxed{.relaxed_ordering = true};
constexpr pcie::Attributes id_based{.id_based_ordering = true};

class ScriptedSink : public CrossbarSink {
public:
    [[nodiscard]] const CrossbarRoom& room() const override {
        std::ranges::transform(blocked, room_.begin(), [](bool is) { return is ? core::never : at_once; });
        return room_;
    }
    void deliver(std::size_t /*input*/, CrossbarEntry& entry, SimTime edge) override {
        granted.push_back(entry.tlp->header.tag.value());
        edges.push_back(edge);
    }
    std::array<bool, pcie::flow_class_count> blocked{};
    std::vector<std::uint16_t> granted; ///< tags, in order
    std::vector<SimTime> edges;

private:
    mutable CrossbarRoom room_{};
};

class CrossbarOutputTest : public testing::Test {
protected:
    static void SetUpTestSuite() { scheduler = std::make_unique<WheelScheduler>("scheduler"); }
    static void TearDownTestSuite() { scheduler.reset(); }

    /// Of requester 1:0.0; completions are of completer 2:0.0.
    void push(TlpKind kind, std::uint16_t tag, pcie::Attributes attributes = {}, pcie::Bdf requester = {1, 0, 0}) {
        pcie::TlpHeader header;
        header.kind = kind;
        header.tag = pcie::Tag(tag);
        header.attributes = attributes;
        header.requester = requester;
        header.completer = pcie::Bdf(2, 0, 0);
        CrossbarEntry entry;
        entry.tlp = factory.make(header);
        entry.ready = timing.passed(now(), 1);
        output.push(0, std::move(entry));
    }
    void block(FlowClass flow, bool blocked) {
        sink.blocked[static_cast<std::size_t>(flow)] = blocked;
        output.wake();
    }
    static void run() { sc_core::sc_start(to_sc_time(1us)); }

    static std::unique_ptr<Scheduler> scheduler;
    pcie::TlpFactory factory; // before what holds TLPs
    SwitchTiming timing;
    ScriptedSink sink;
    CrossbarOutput output{*scheduler, sink, pooling::make_arbiter("round_robin", {}), {}};
};
std::unique_ptr<Scheduler> CrossbarOutputTest::scheduler;

TEST_F(CrossbarOutputTest, neither_read_nor_completion_passes_an_older_posted_request) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_write, 1);
    push(TlpKind::memory_read, 2);
    push(TlpKind::completion_with_data, 3);
    run();
    EXPECT_THAT(sink.granted, IsEmpty());
    block(FlowClass::posted, false);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(1, 2, 3));
}

TEST_F(CrossbarOutputTest, read_and_completion_that_are_older_than_a_blocked_posted_request_go) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_read, 1);
    push(TlpKind::completion, 2);
    push(TlpKind::memory_write, 3);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(1, 2));
}

TEST_F(CrossbarOutputTest, completion_with_relaxed_ordering_passes_a_posted_request) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_write, 1);
    push(TlpKind::completion, 2, relaxed);
    push(TlpKind::memory_read, 3, relaxed); // relaxed ordering lets no read pass
    run();
    EXPECT_THAT(sink.granted, ElementsAre(2));
}

TEST_F(CrossbarOutputTest, posted_requests_and_completions_pass_a_blocked_read) {
    block(FlowClass::non_posted, true);
    push(TlpKind::memory_read, 1);
    push(TlpKind::memory_write, 2);
    push(TlpKind::completion, 3);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(2, 3));
    block(FlowClass::non_posted, false);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(2, 3, 1));
}

TEST_F(CrossbarOutputTest, posted_request_with_relaxed_ordering_does_not_pass_one_that_can_go) {
    push(TlpKind::memory_write, 1);
    push(TlpKind::memory_write, 2, relaxed);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(1, 2));
}

TEST_F(CrossbarOutputTest, id_based_ordering_lets_other_requesters_and_completers_pass_a_posted_request) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_write, 1);
    push(TlpKind::memory_read, 2, id_based);
    push(TlpKind::memory_read, 3, id_based, {1, 0, 1});
    push(TlpKind::completion_with_data, 4, id_based);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(3, 4));
}

TEST_F(CrossbarOutputTest, completion_of_a_write_passes_a_posted_request_and_a_reads_does_not) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_write, 1);
    push(TlpKind::completion_with_data, 2);
    push(TlpKind::completion, 3);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(3));
}

TEST_F(CrossbarOutputTest, completions_of_one_request_stay_in_order_and_others_pass_a_blocked_read) {
    push(TlpKind::completion_with_data, 1);
    push(TlpKind::memory_read, 2);
    push(TlpKind::completion_with_data, 1);
    push(TlpKind::completion_with_data, 3);
    block(FlowClass::non_posted, true);
    run();
    EXPECT_THAT(sink.granted, ElementsAre(1, 1, 3));
}

TEST_F(CrossbarOutputTest, edge_after_the_one_that_fills_the_queue_grants) {
    sc_core::sc_start(to_sc_time(core::edge_after(now(), timing.period) - now())); // an edge: does not see itself
    const SimTime at = now();
    push(TlpKind::memory_write, 1);
    push(TlpKind::memory_write, 2);
    run();
    EXPECT_THAT(sink.edges, ElementsAre(at + timing.cycles(2), at + timing.cycles(3)));
}

TEST_F(CrossbarOutputTest, sink_that_says_never_is_left_alone_until_it_wakes_the_output) {
    block(FlowClass::non_posted, true);
    push(TlpKind::memory_read, 1);
    run();
    EXPECT_EQ(output.arbitrations(), 0U);
    EXPECT_EQ(output.queued(), 1U);
}

} // namespace
} // namespace rootpool::models::test
