#include "tests/twin/coverage_table.h"

#include <array>
#include <fmt/format.h>

#include "tests/twin/trace.h"

namespace rootpool::twin {
namespace {

using reference::OrderingKind;

constexpr std::array<OrderingKind, reference::ordering_kind_count> ordering_kinds = {
    OrderingKind::posted, OrderingKind::non_posted, OrderingKind::non_posted_with_data, OrderingKind::completion};

[[nodiscard]] std::string_view name(OrderingKind kind) {
    static constexpr std::array<std::string_view, reference::ordering_kind_count> names = {
        "posted", "non-posted", "non-posted with data", "completion"};
    return names[static_cast<std::size_t>(kind)];
}

/// Why the table never says No here; empty if it may.
[[nodiscard]] std::string_view never_forbidden(OrderingKind later, OrderingKind earlier) {
    switch (earlier) {
    case OrderingKind::posted:
        return {};
    case OrderingKind::completion:
        return later == OrderingKind::completion ? "" : "the table says yes: passes every completion";
    default:
        return "the table says yes: passes every non-posted request";
    }
}

} // namespace

void add_ordering(std::vector<Counter>& made, const reference::OrderingCounts& passed,
                  const reference::OrderingCounts& forbidden, std::string_view together) {
    for (const OrderingKind later : ordering_kinds) {
        for (const OrderingKind earlier : ordering_kinds) {
            const auto row = static_cast<std::size_t>(later);
            const auto column = static_cast<std::size_t>(earlier);
            const bool both_posted = later == OrderingKind::posted && earlier == OrderingKind::posted;
            const std::string_view never = both_posted ? together : std::string_view{};
            made.push_back({fmt::format("{} passes {}", name(later), name(earlier)), passed[row][column], never});
            made.push_back({fmt::format("{} must not pass {}", name(later), name(earlier)), forbidden[row][column],
                            never.empty() ? never_forbidden(later, earlier) : never});
        }
    }
}

std::vector<Counter> counters_of(const reference::Coverage& of) {
    std::vector<Counter> made;
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const std::size_t index = reference::index_of(flow);
        made.push_back({fmt::format("waited for a header credit, {}", name(flow)), of.header_stalls[index], {}});
        made.push_back({fmt::format("waited for data credits, {}", name(flow)), of.data_stalls[index], {}});
    }
    add_ordering(made, of.passed, of.forbidden, {});
    made.insert(made.end(), {{"waited for a full retry buffer", of.retry_buffer_full, {}},
                             {"Ack", of.acks, {}},
                             {"Nak", of.naks, {}},
                             {"replay by Nak", of.replays_by_nak, {}},
                             {"replay by timer", of.replays_by_timer, {}},
                             {"retraining", of.retrains, {}},
                             {"duplicate TLP", of.duplicates, {}},
                             {"TLP out of sequence", of.out_of_sequence, {}},
                             {"bad TLP", of.bad_tlps, {}},
                             {"bad DLLP", of.bad_dllps, {}},
                             {"nullified TLP", of.nullified,
                              "nothing ends a TLP bad before a single link: the cases of the switch do"},
                             {"UpdateFC", of.updates, {}},
                             {"refresh", of.refreshes, {}},
                             {"InitFC triple repeated", of.init_repeats, {}},
                             {"SKP ordered set", of.skips, {}},
                             {"link down", of.link_downs, {}},
                             {"TLP returned by a link that is down", of.returned, {}}});
    return made;
}

} // namespace rootpool::twin
