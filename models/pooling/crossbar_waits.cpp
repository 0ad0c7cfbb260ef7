#include "models/pooling/crossbar_waits.h"

#include <array>

#include "models/pooling/root_queue.h"

namespace rootpool::models {

namespace {

using pcie::FlowClass;
using pcie::WaitGraph;

std::string queue_name(const std::string& output, std::size_t input, FlowClass flow) {
    return output + " input " + std::to_string(input) + " " + std::string(pcie::to_string(flow));
}

/// Of the receive buffer that it came into.
bool holds_credits(const CrossbarEntry& entry) {
    return entry.received && (entry.queue == nullptr || !entry.queue->in_reserve(*entry.received));
}

/// What the oldest TLP of a class waits for.
void explain_oldest(const CrossbarInput& queue, std::size_t index, const std::string& output, const Port& egress,
                    std::size_t input, WaitGraph& graph) {
    const FlowClass flow = queue[index].flow;
    const std::string place = queue_name(output, input, flow);
    const std::size_t blocker = pcie::first_blocker(queue, index, queue.policy());
    if (const FlowClass before = queue[blocker].flow; before != flow) {
        graph.add(place, queue_name(output, input, before), "may not pass it");
    } else if (egress.room()[static_cast<std::size_t>(flow)] == core::never) {
        graph.add(place, WaitGraph::transmit_buffer(flow, egress.name()),
                  std::to_string(egress.backlog(flow)) + " TLPs hold all places");
    } else {
        graph.add(place, "completions from " + std::string(egress.name()), "the return route has no place");
    }
}

} // namespace

void explain_waits(const CrossbarOutput& output, const std::string& name, const Port& egress, WaitGraph& graph) {
    for (std::size_t input = 0; input < output.inputs().size(); ++input) {
        const CrossbarInput& queue = output.inputs()[input];
        std::array<unsigned, pcie::flow_class_count> count{};
        std::array<unsigned, pcie::flow_class_count> holders{};
        std::array<const Port*, pcie::flow_class_count> held{};
        for (std::size_t i = 0; i < queue.size(); ++i) {
            const CrossbarEntry& entry = queue[i];
            const auto flow = static_cast<std::size_t>(entry.flow);
            if (count[flow]++ == 0) {
                explain_oldest(queue, i, name, egress, input, graph);
            }
            if (holds_credits(entry)) {
                ++holders[flow];
                held[flow] = entry.from;
            }
        }
        for (std::size_t flow = 0; flow < held.size(); ++flow) {
            if (held[flow] != nullptr) {
                const auto of = static_cast<FlowClass>(flow);
                graph.add(WaitGraph::receive_buffer(of, held[flow]->name()), queue_name(name, input, of),
                          std::to_string(holders[flow]) + " TLPs hold its credits");
            }
        }
    }
}

} // namespace rootpool::models
