#include "models/platform/link_metrics.h"

#include <array>
#include <fmt/format.h>
#include <string_view>

#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {
namespace {

using Counter = std::uint64_t LinkEndCounters::*;

/// One counter of a direction.
struct CounterMetric {
    std::string_view name;
    Counter counter;
    std::string_view unit;
    std::string_view description;
};
constexpr std::array counter_metrics = {
    CounterMetric{"tlps", &LinkEndCounters::tlps, "TLPs", "TLPs that the receiver accepted"},
    CounterMetric{"bytes", &LinkEndCounters::bytes, "B", "of these, framing, sequence number and LCRC included"},
    CounterMetric{"dllps", &LinkEndCounters::dllps, "1", "DLLPs sent"},
    CounterMetric{"discarded", &LinkEndCounters::lost_packets, "1", "TLPs and DLLPs that the receiver did not accept"},
    CounterMetric{"replayed_tlps", &LinkEndCounters::replayed_tlps, "TLPs", "TLPs sent again"},
    CounterMetric{"naks", &LinkEndCounters::naks_received, "1", "Naks that asked for it"},
    CounterMetric{"replay_timeouts", &LinkEndCounters::replay_timeouts, "1", "expiries of the replay timer"},
    CounterMetric{"nullified_tlps", &LinkEndCounters::nullified_tlps, "TLPs",
                  "TLPs that a cut-through switch ended as bad, since they came in bad"},
    CounterMetric{"dropped_tlps", &LinkEndCounters::dropped_tlps, "TLPs",
                  "TLPs that it dropped for this before they started"},
    CounterMetric{"retrains", &LinkEndCounters::retrains, "1", "retrainings after four replays without progress"},
};

constexpr std::array<std::string_view, pcie::flow_class_count> classes = {"posted", "non_posted", "completion"};
constexpr std::array<std::string_view, 2> credit_kinds = {"header", "data"};

/// The share of the wire's time that accepted TLPs took.
double utilisation(const LinkEndCounters& of, const pcie::LinkParameters& parameters) {
    const double seconds = std::chrono::duration<double>(now()).count();
    const double capacity = static_cast<double>(pcie::bandwidth(parameters)) * seconds;
    return capacity > 0 ? 100.0 * 8.0 * static_cast<double>(of.bytes) / capacity : 0.0;
}

void add_direction(observe::MetricSet& metrics, const std::string& prefix, std::string_view direction,
                   const LinkEndCounters& of, const pcie::LinkParameters& parameters) {
    for (const CounterMetric& metric : counter_metrics) {
        metrics.add(fmt::format("{}{}", prefix, metric.name), of.*metric.counter, std::string(metric.unit),
                    fmt::format("Link, {}: {}", direction, metric.description));
    }
    metrics.add(prefix + "utilisation", utilisation(of, parameters), "%",
                fmt::format("Link, {}: share of the time in which accepted TLPs were on the wire", direction));
    for (std::size_t flow = 0; flow < classes.size(); ++flow) {
        for (std::size_t kind = 0; kind < credit_kinds.size(); ++kind) {
            metrics.add(fmt::format("{}{}_{}_stall", prefix, classes[flow], credit_kinds[kind]),
                        std::chrono::duration<double>(of.credit_stalls[flow][kind]).count(), "s",
                        fmt::format("Link, {}: the oldest TLP could start but for {} credits, {}", direction,
                                    credit_kinds[kind], classes[flow]));
        }
    }
}

} // namespace

void add_link_metrics(observe::MetricSet& metrics, const std::string& owner, Link& link) {
    add_direction(metrics, owner + ".link_down_", "from the root", link.down().counters(), link.parameters());
    add_direction(metrics, owner + ".link_up_", "to the root", link.up().counters(), link.parameters());
    metrics.add(owner + ".link_downs", link.downs(), "1", "How often the link went down");
}

} // namespace rootpool::models
