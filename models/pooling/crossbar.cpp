#include "models/pooling/crossbar.h"

#include <algorithm>

namespace rootpool::models {

using pcie::FlowClass;

SimTime port_accepts_at(const Port& port, const CrossbarEntry& head, SimTime now) {
    const SimTime free = port.free_after(pcie::flow_class(head.tlp->header.kind));
    return free == core::never ? core::never : std::max(now, free + SimTime{1});
}

CrossbarOutput::CrossbarOutput(Scheduler& scheduler, CrossbarSink& sink, std::size_t inputs,
                               std::unique_ptr<pooling::Arbiter> arbiter, const SwitchTiming& timing,
                               unsigned extra_bytes)
    : sink_(sink), timing_(timing), extra_bytes_(extra_bytes), inputs_(inputs), arbiter_(std::move(arbiter)),
      requesting_(inputs), candidates_(inputs),
      timer_(scheduler, Timer::Callback::to<&CrossbarOutput::arbitrate>(*this)) {}

void CrossbarOutput::push(std::size_t input, CrossbarEntry entry) {
    entry.order = ++last_order_;
    Queue& queue = inputs_[input].queues[static_cast<std::size_t>(pcie::flow_class(entry.tlp->header.kind))];
    queue.push_back(std::move(entry));
    ++queued_;
    if (queue.size() == 1 && !delivering_) { // otherwise the grant of its predecessor looks at it
        const CrossbarEntry& head = queue.front();
        const SimTime from = std::max(head.ready, busy_until_);
        const SimTime accepted = sink_.accepts_at(input, head, from);
        if (accepted != core::never) {
            arm(std::max(from, accepted));
        }
    }
}

void CrossbarOutput::wake() {
    if (queued_ != 0 && !delivering_) {
        arm_for_next_grant();
    }
}

void CrossbarOutput::arm(SimTime at) { timer_.arm_no_later_than(core::align_up(at, timing_.period)); }

/// The queue whose head this input would send: the oldest head that the ordering rules and the sink let go. `next`
/// becomes the earliest time at which a head that has to wait could go.
CrossbarOutput::Queue* CrossbarOutput::candidate(std::size_t input, SimTime at, SimTime& next) {
    auto& queues = inputs_[input].queues;
    const Queue& posted = queues[static_cast<std::size_t>(FlowClass::posted)];
    const std::uint64_t oldest_posted = posted.empty() ? UINT64_MAX : posted.front().order;
    Queue* best = nullptr;
    for (Queue& queue : queues) {
        if (queue.empty()) {
            continue;
        }
        const CrossbarEntry& head = queue.front();
        const pcie::TlpHeader& header = head.tlp->header;
        // Neither a non-posted request nor a completion passes an older posted request; a completion with relaxed
        // ordering may.
        const bool relaxed = pcie::is_completion(header.kind) && header.attributes.relaxed_ordering;
        if (&queue != &posted && !relaxed && head.order > oldest_posted) {
            continue;
        }
        const SimTime accepted = sink_.accepts_at(input, head, std::max(head.ready, at));
        if (accepted == core::never) {
            continue; // the sink calls wake()
        }
        const SimTime possible = core::align_up(std::max(head.ready, accepted), timing_.period);
        if (possible > at) {
            next = std::min(next, possible);
        } else if (best == nullptr || head.order < best->front().order) {
            best = &queue;
        }
    }
    return best;
}

void CrossbarOutput::arbitrate() {
    const SimTime edge = now();
    ++arbitrations_;
    if (edge < busy_until_) {
        arm(busy_until_);
        return;
    }
    SimTime next = core::never;
    bool any = false;
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
        candidates_[input] = candidate(input, edge, next);
        requesting_[input] = candidates_[input] != nullptr ? 1 : 0;
        any = any || requesting_[input] != 0;
    }
    if (!any) {
        if (next != core::never) {
            arm(next);
        }
        return;
    }
    const std::size_t winner = arbiter_->grant(requesting_);
    Queue& queue = *candidates_[winner];
    CrossbarEntry entry = std::move(queue.front());
    queue.pop_front();
    --queued_;
    ++granted_;
    waited_ += edge - entry.ready;
    busy_until_ = edge + transfer_time(entry.tlp->header);
    // The receiver may answer in this call chain, when the port does not yet say until when its wire is busy: nothing
    // is armed before the end.
    delivering_ = true;
    if (entry.received) {
        entry.from->release(*entry.received, busy_until_); // the last beat has left the receive buffer
    }
    sink_.deliver(winner, entry, edge);
    delivering_ = false;
    wake();
}

/// Arms for the first edge at which some head could go, so that a busy wire costs no idle events. Nothing to arm for:
/// the sink calls wake().
void CrossbarOutput::arm_for_next_grant() {
    const SimTime from = core::align_up(std::max(now(), busy_until_), timing_.period);
    SimTime next = core::never;
    for (std::size_t input = 0; input < inputs_.size(); ++input) {
        if (candidate(input, from, next) != nullptr) {
            arm(from);
            return;
        }
    }
    if (next != core::never) {
        arm(next);
    }
}

SimTime CrossbarOutput::transfer_time(const pcie::TlpHeader& header) const noexcept {
    const unsigned bytes =
        pcie::header_bytes(header) + pcie::payload_bytes(header) + (header.digest ? 4U : 0U) + extra_bytes_;
    return timing_.cycles((bytes + timing_.bytes_per_cycle - 1) / timing_.bytes_per_cycle);
}

} // namespace rootpool::models
