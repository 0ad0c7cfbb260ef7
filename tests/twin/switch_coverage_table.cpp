#include "tests/twin/switch_coverage_table.h"

#include <fmt/format.h>

#include "tests/twin/coverage_table.h"

namespace rootpool::twin {
namespace {

void add_links(std::vector<Counter>& made, const std::vector<reference::Coverage>& links) {
    reference::Coverage sum;
    for (const reference::Coverage& link : links) {
        for (const pcie::FlowClass flow : reference::flow_classes) {
            const std::size_t index = reference::index_of(flow);
            sum.header_stalls[index] += link.header_stalls[index];
            sum.data_stalls[index] += link.data_stalls[index];
        }
        sum.naks += link.naks;
        sum.replays_by_nak += link.replays_by_nak;
        sum.replays_by_timer += link.replays_by_timer;
        sum.link_downs += link.link_downs;
        sum.returned += link.returned;
        sum.started_before_whole += link.started_before_whole;
        sum.nullified_sent += link.nullified_sent;
        sum.nullified += link.nullified;
        sum.bad_dropped += link.bad_dropped;
    }
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const std::size_t index = reference::index_of(flow);
        made.push_back({fmt::format("waited for a header credit, {}", name(flow)), sum.header_stalls[index], {}});
        made.push_back({fmt::format("waited for data credits, {}", name(flow)), sum.data_stalls[index], {}});
    }
    made.insert(made.end(), {{"Nak", sum.naks, {}},
                             {"replay by Nak", sum.replays_by_nak, {}},
                             {"replay by timer", sum.replays_by_timer, {}},
                             {"link down", sum.link_downs, {}},
                             {"TLP returned by a link that is down", sum.returned, {}},
                             {"TLP started before it was whole", sum.started_before_whole, {}},
                             {"TLP nullified", sum.nullified_sent, {}},
                             {"nullified TLP received", sum.nullified, {}},
                             {"bad TLP dropped from the transmit queue", sum.bad_dropped, {}}});
}

void add_shares(std::vector<Counter>& made, const reference::SwitchCoverage& of) {
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const std::size_t index = reference::index_of(flow);
        made.push_back({fmt::format("above quota, to the reserve, {}", name(flow)), of.moved_to_reserve[index], {}});
        made.push_back({fmt::format("above quota, reserve full, {}", name(flow)), of.above_quota[index], {}});
    }
    made.insert(made.end(), {{"fence", of.fences, {}},
                             {"fence ended by a link that comes up", of.unfences, {}},
                             {"ended by a fence, waiting", of.fenced_waiting, {}},
                             {"ended by a fence, coming later", of.fenced_later, {}},
                             {"ended by a fence, UR to a device", of.fenced_answered, {}},
                             {"ended by a fence, request of a root", of.fenced_requests, {}}});
}

} // namespace

std::vector<Counter> counters_of(const SwitchTwinRun& run) {
    static constexpr std::array<std::string_view, reference::arbiter_count> arbiters = {
        "round_robin", "weighted", "age", "strict_priority", "byte_fair"};
    const reference::SwitchCoverage& of = run.coverage;
    std::vector<Counter> made;
    for (std::size_t arbiter = 0; arbiter < arbiters.size(); ++arbiter) {
        made.push_back({fmt::format("conflict decided by {}", arbiters[arbiter]), of.conflicts[arbiter], {}});
    }
    for (const pcie::FlowClass flow : reference::flow_classes) {
        made.push_back({fmt::format("waited for a place of the egress port, {}", name(flow)),
                        of.place_stalls[reference::index_of(flow)],
                        {}});
    }
    add_ordering(made, of.passed, of.forbidden,
                 "the first posted TLP of a queue goes whenever another could: both need the same place");
    made.insert(made.end(), {{"waited for a place of the return route", of.return_route_stalls, {}},
                             {"waited while all tags were in use", of.tags_used_up, {}},
                             {"requester ID exchanged", of.requester_remaps, {}},
                             {"completer ID exchanged", of.completer_remaps, {}},
                             {"requester ID exchanged back", of.completion_returns, {}},
                             {"address exchanged", of.bar_remaps, {}},
                             {"requester ID and tag restored", of.restored_requests, {}},
                             {"UR: no window", of.refused_by_switch, {}},
                             {"UR: engine, of a root", of.refused_to_root, {}},
                             {"UR: engine or bridge, of a device", of.refused_to_device, {}},
                             {"dropped", of.dropped, {}},
                             {"dropped out of a queue by a reset", of.dropped_by_reset, {}},
                             {"lost on its way to a root in reset", of.lost_above, {}},
                             {"function reset by the engine", of.function_resets, {}},
                             {"completion for a root that was reset", of.abandoned, {}},
                             {"refused without the device's link", of.refused_without_link, {}},
                             {"answered by the switch", of.answered, {}},
                             {"cut through", of.cut_through, {}},
                             {"bad TLP granted", of.bad_granted, {}},
                             {"bad TLP dropped from a queue of the crossbar", of.bad_dropped, {}}});
    add_shares(made, of);
    add_links(made, run.links);
    return made;
}

} // namespace rootpool::twin
