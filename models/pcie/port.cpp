#include "models/pcie/port.h"

#include <algorithm>

#include "rootpool/core/error.h"

namespace rootpool::models {

using pcie::FlowClass;

Port::Port(const sc_core::sc_module_name& name, Scheduler& scheduler, PortOwner& owner, const pcie::Credits& advertised)
    : sc_module(name), owner_(owner), advertised_(advertised),
      retry_(scheduler, Timer::Callback::to<&Port::drain>(*this)) {
    transmit.bind(static_cast<TlpBackwardInterface&>(*this));
    receive.bind(static_cast<TlpForwardInterface&>(*this));
}

void Port::send(pcie::TlpPtr tlp, SimTime earliest) {
    const FlowClass flow = pcie::flow_class(tlp->header.kind);
    if (backlog() == 0) {
        take_back_credits(std::max(earliest, wire_free_at_));
        if (consumed_.allows(limits_, flow, pcie::credit_cost(tlp->header))) {
            commit(*tlp, earliest);
            return;
        }
    }
    waiting_[static_cast<std::size_t>(flow)].push_back({std::move(tlp), earliest, ++last_order_});
    ++backlog_;
    drain();
}

void Port::commit(pcie::Tlp& tlp, SimTime earliest) {
    consumed_.consume(pcie::flow_class(tlp.header.kind), pcie::credit_cost(tlp.header));
    TlpPhase phase = TlpPhase::arrive;
    sc_core::sc_time delay = to_sc_time(std::max(earliest - now(), SimTime{0}));
    transmit->nb_transport_fw(tlp, phase, delay);
    wire_free_at_ = now() + SimTime{static_cast<std::int64_t>(delay.value())};
}

/// The oldest waiting TLP that may go: posted requests pass everything that waits; non-posted requests and completions
/// stay behind older posted requests (PCIe base table 2-42, rows B and D with RO and IDO clear).
Port::Waiting* Port::next_allowed() {
    const auto& posted = waiting_[static_cast<std::size_t>(FlowClass::posted)];
    const std::uint64_t oldest_posted = posted.empty() ? UINT64_MAX : posted.front().order;
    Waiting* best = nullptr;
    for (auto& queue : waiting_) {
        if (queue.empty()) {
            continue;
        }
        Waiting& head = queue.front();
        const FlowClass flow = pcie::flow_class(head.tlp->header.kind);
        const bool behind_posted = flow != FlowClass::posted && head.order > oldest_posted;
        if (!behind_posted && consumed_.allows(limits_, flow, pcie::credit_cost(head.tlp->header)) &&
            (best == nullptr || head.order < best->order)) {
            best = &head;
        }
    }
    return best;
}

void Port::drain() {
    bool sent = false;
    take_back_credits(std::max(now(), wire_free_at_));
    while (Waiting* next = next_allowed()) {
        const pcie::TlpPtr tlp = std::move(next->tlp);
        const SimTime earliest = next->earliest;
        waiting_[static_cast<std::size_t>(pcie::flow_class(tlp->header.kind))].pop_front();
        --backlog_;
        commit(*tlp, earliest);
        take_back_credits(std::max(now(), wire_free_at_));
        sent = true;
    }
    if (backlog() != 0 && !returning_.empty()) {
        retry_.arm(returning_.front().at); // later than now: what is due was taken back
    }
    if (sent) {
        owner_.on_room(*this);
    }
}

void Port::take_back_credits(SimTime until) {
    while (!returning_.empty() && returning_.front().at <= until) {
        consumed_.give_back(returning_.front().flow, returning_.front().cost);
        returning_.pop_front();
    }
}

void Port::release(pcie::Tlp& tlp, SimTime at) {
    if (advertised_[pcie::flow_class(tlp.header.kind)].infinite) {
        return; // PCIe base 2.6.1: no UpdateFC for what was advertised as infinite
    }
    TlpPhase phase = TlpPhase::release;
    sc_core::sc_time delay = to_sc_time(std::max(at - now(), SimTime{0}));
    receive->nb_transport_bw(tlp, phase, delay);
}

tlm::tlm_sync_enum Port::nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) {
    const SimTime at = now() + SimTime{static_cast<std::int64_t>(delay.value())};
    if (phase == TlpPhase::arrive) {
        incoming_first_beat_ = at;
    } else {
        owner_.on_tlp(*this, pcie::TlpPtr(&tlp), incoming_first_beat_, at);
    }
    return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum Port::nb_transport_bw(pcie::Tlp& tlp, TlpPhase& /*phase*/, sc_core::sc_time& delay) {
    const SimTime at = now() + SimTime{static_cast<std::int64_t>(delay.value())};
    const CreditReturn back{at, pcie::flow_class(tlp.header.kind), pcie::credit_cost(tlp.header)};
    const auto later = std::upper_bound(returning_.begin(), returning_.end(), at,
                                        [](SimTime time, const CreditReturn& entry) { return time < entry.at; });
    returning_.insert(later, back);
    if (backlog() != 0) {
        retry_.arm_no_later_than(std::max(now(), returning_.front().at));
    }
    return tlm::TLM_ACCEPTED;
}

} // namespace rootpool::models
