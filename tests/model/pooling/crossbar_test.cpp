// Ordering at one crossbar output (PCIe base table 2-42), with a sink that holds back one flow class at a time. Behind
// a real port a blocked posted request implies a blocked read, so the rules cannot be told apart there.
#include <array>
#include <gmock/gmock.h>

#include "models/pooling/crossbar.h"

namespace rootpool::models::test {
namespace {

using pcie::FlowClass;
using pcie::TlpKind;
using testing::ElementsAre;
using testing::IsEmpty;

class ScriptedSink : public CrossbarSink {
public:
    SimTime accepts_at(std::size_t /*input*/, const CrossbarEntry& head, SimTime at) override {
        return blocked[static_cast<std::size_t>(pcie::flow_class(head.tlp->header.kind))] ? core::never : at;
    }
    void deliver(std::size_t /*input*/, CrossbarEntry& entry, SimTime /*edge*/) override {
        granted.push_back(entry.tlp->header.tag.value());
    }
    std::array<bool, pcie::flow_class_count> blocked{};
    std::vector<std::uint16_t> granted; ///< tags, in order
};

class CrossbarOutputTest : public testing::Test {
protected:
    static void SetUpTestSuite() { scheduler = std::make_unique<Scheduler>("scheduler"); }
    static void TearDownTestSuite() { scheduler.reset(); }

    void push(TlpKind kind, std::uint16_t tag, bool relaxed = false) {
        pcie::TlpHeader header;
        header.kind = kind;
        header.tag = pcie::Tag(tag);
        header.attributes.relaxed_ordering = relaxed;
        CrossbarEntry entry;
        entry.tlp = factory.make(header);
        entry.ready = core::align_up(now(), timing.period) + timing.period;
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
    CrossbarOutput output{*scheduler, sink, 1, pooling::make_arbiter("round_robin"), timing, 0};
};
std::unique_ptr<Scheduler> CrossbarOutputTest::scheduler;

TEST_F(CrossbarOutputTest, neither_read_nor_completion_passes_an_older_posted_request) {
    block(FlowClass::posted, true);
    push(TlpKind::memory_write, 1);
    push(TlpKind::memory_read, 2);
    push(TlpKind::completion, 3);
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
    push(TlpKind::completion, 2, true);
    push(TlpKind::memory_read, 3, true); // relaxed ordering lets no read pass
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

TEST_F(CrossbarOutputTest, sink_that_says_never_is_left_alone_until_it_wakes_the_output) {
    block(FlowClass::non_posted, true);
    push(TlpKind::memory_read, 1);
    run();
    EXPECT_EQ(output.arbitrations(), 0U);
    EXPECT_EQ(output.queued(), 1U);
}

} // namespace
} // namespace rootpool::models::test
