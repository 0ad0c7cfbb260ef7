#include "rootpool/pcie/wait_graph.h"

#include <gmock/gmock.h>

namespace rootpool::pcie {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(WaitGraph, without_a_cycle_there_is_none) {
    WaitGraph graph;
    graph.add("a", "b", "");
    graph.add("a", "c", "");
    graph.add("b", "c", "");
    EXPECT_THAT(graph.cycle(), IsEmpty());
    EXPECT_THAT(graph.report(), HasSubstr("no cycle"));
}

TEST(WaitGraph, finds_the_cycle_and_leaves_out_what_only_leads_to_it) {
    WaitGraph graph;
    graph.add("far", "a", "behind it");
    graph.add("a", "dead end", "");
    graph.add("a", "b", "0 of 4 headers left");
    graph.add("b", "c", "");
    graph.add("c", "a", "");
    EXPECT_THAT(graph.cycle(), ElementsAre(Field(&WaitGraph::Wait::place, "a"), Field(&WaitGraph::Wait::place, "b"),
                                           Field(&WaitGraph::Wait::place, "c")));
    EXPECT_THAT(graph.report(), HasSubstr("cycle of waiting:\n  a waits for b: 0 of 4 headers left\n  b waits for c"));
}

TEST(WaitGraph, place_that_waits_for_itself_is_a_cycle) {
    WaitGraph graph;
    graph.add("a", "a", "");
    EXPECT_THAT(graph.cycle(), ElementsAre(Field(&WaitGraph::Wait::waits_for, "a")));
}

} // namespace
} // namespace rootpool::pcie
