#include "models/pcie/link_end.h"

#include <algorithm>

#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

using pcie::LinkTick;
using pcie::no_tick;

LinkEnd::LinkEnd(const sc_core::sc_module_name& name, const LinkTiming& timing, pcie::OrderingPolicy policy,
                 LinkEndOwner& owner)
    : sc_module(name), timing_(timing), owner_(owner), queue_(policy), advertiser_(timing.update_limit),
      init_(timing.init_repeat), acks_(timing.ack_limit), replay_(timing.replay_limit), refreshes_(timing.clock),
      next_skip_(timing.skip_interval), next_accounted_(timing.accounted == 0 ? no_tick : timing.ack_limit) {
    from_port.bind(static_cast<TlpForwardInterface&>(*this));
    to_port.bind(static_cast<TlpBackwardInterface&>(*this));
}

void LinkEnd::connect(LinkEnd& peer, const pcie::Credits& advertised, LinkListener& listener) {
    peer_ = &peer;
    listener_ = &listener;
    advertised_ = advertised;
}

void LinkEnd::observe(pcie::TlpObserver& observer, pcie::PlaceId place) noexcept {
    tlp_observer_ = &observer;
    tlp_place_ = place;
}

void LinkEnd::observe(pcie::LinkObserver& observer, pcie::PlaceId place) noexcept {
    link_observer_ = &observer;
    link_place_ = place;
}

// ------------------------------------------------------------------------------------------------- from the port

tlm::tlm_sync_enum LinkEnd::nb_transport_fw(pcie::Tlp& tlp, TlpPhase& /*phase*/, sc_core::sc_time& delay) {
    const LinkTick crossing = timing_.clock.symbols(tlp.crossing);
    LinkTick from = timing_.clock.after(now() + SimTime{static_cast<std::int64_t>(delay.value())}) + crossing;
    LinkTick bad_from = no_tick;
    if (tlp.last_beat != SimTime{0}) { // it never runs dry on the wire
        const LinkTick last = timing_.clock.after(tlp.last_beat) + crossing;
        from = std::max(from, last - timing_.clock.packet(pcie::wire_bytes(tlp.header)));
        bad_from = tlp.bad_end ? last : no_tick;
    }
    const bool comes_last = oldest_may_go();
    if (const LinkTick queued = queue_.push(pcie::TlpPtr(&tlp), from, bad_from); !up_ && queued < up_at_) {
        tell_port(*queue_.take(queue_.size() - 1), TlpPhase::returned, timing_.clock.time(queued));
    } else if (!comes_last || bad_from != no_tick) {
        queue_.look_at_last(gates_);
        owner_.on_input(*this);
    }
    return tlm::TLM_ACCEPTED;
}

/// The port released a TLP that it had received.
tlm::tlm_sync_enum LinkEnd::nb_transport_bw(pcie::Tlp& tlp, TlpPhase& /*phase*/, sc_core::sc_time& delay) {
    const pcie::FlowClass flow = pcie::flow_class(tlp.header.kind);
    const bool is_known = tlp.link_ups == ups_; // a link that came up anew advertises the whole buffer by InitFCs
    if (is_known && !advertiser_.infinite(flow)) {
        const SimTime freed = now() + SimTime{static_cast<std::int64_t>(delay.value())};
        if (advertiser_.release(flow, pcie::credit_cost(tlp.header), timing_.clock.after(freed))) {
            const bool sooner = may_start_sooner();
            plan();
            if (sooner || (peer_->is_awaited() && !peer_->oldest_may_go())) {
                owner_.on_input(*this);
            }
        }
    }
    return tlm::TLM_ACCEPTED;
}

// --------------------------------------------------------------------------------------------------- event order

void LinkEnd::find_next_event() const noexcept {
    event_is_stale_ = false;
    next_event_ = {next_decision(), LinkEventPhase::decision};
    if (!incoming_.empty() && incoming_.front().at < next_event_.tick) {
        next_event_ = {incoming_.front().at, LinkEventPhase::reception};
    }
    if (watches_acks_) {
        const bool timer_comes_first = replay_.expires_at() < next_event_.tick;
        if (timer_comes_first) {
            next_event_ = {replay_.expires_at(), LinkEventPhase::timer};
        }
        asks_for_acks_ = timer_comes_first || awaits_ack();
        if (asks_for_acks_ && !incoming_acks_.empty()) {
            next_event_ = std::min(next_event_, {incoming_acks_.front().at, LinkEventPhase::reception});
        }
    }
    if (queue_.bad_from() <= next_event_.tick && queue_.bad_from() != no_tick) {
        next_event_ = {queue_.bad_from(), LinkEventPhase::drop};
    }
}

void LinkEnd::take(const Incoming& packet) {
    incoming_.push(packet);
    event_is_stale_ = event_is_stale_ || incoming_.size() == 1;
}

void LinkEnd::process(const LinkEventTime& event) {
    switch (event.phase) {
    case LinkEventPhase::drop:
        drop_bad(event.tick);
        break;
    case LinkEventPhase::decision:
        decide(event.tick);
        break;
    case LinkEventPhase::reception:
        seen_ = event.tick + 1;
        apply_acks(seen_);
        if (!incoming_.empty() && incoming_.front().at == event.tick) {
            receive(incoming_.pop());
        }
        break;
    case LinkEventPhase::timer:
        seen_ = event.tick + 1;
        ++counters_.replay_timeouts;
        listener_->on_link_error(pcie::ErrorKind::replay_timer_timeout);
        start_replay(event.tick);
        break;
    }
    event_is_stale_ = true;
}

void LinkEnd::take_credits(LinkTick before) noexcept {
    do {
        const CreditUpdate update = incoming_credits_.pop();
        note_stall(update.at + 1);
        gates_[static_cast<std::size_t>(update.flow)].update(update.limit);
        seen_ = std::max(seen_, update.at + 1);
    } while (!incoming_credits_.empty() && incoming_credits_.front().at < before);
    queue_.look(gates_);
}

void LinkEnd::take_acks(LinkTick before) {
    event_is_stale_ = true;
    do {
        const IncomingAck ack = incoming_acks_.pop();
        decision_is_stale_ = decision_is_stale_ || awaits_ack();
        static_cast<void>(replay_.acknowledged(ack.sequence, ack.at));
    } while (!incoming_acks_.empty() && incoming_acks_.front().at < before);
}

LinkTick LinkEnd::handshake_from() const noexcept {
    return std::min(init_.advances_from(), std::max(init_.from(), dllp_hold_));
}

/// When the next decision is taken that may start a packet (docs/timing.md 2.2).
void LinkEnd::find_next_decision() const noexcept {
    decision_is_stale_ = false;
    if (!up_) {
        decision_ = no_tick;
        return;
    }
    LinkTick from = std::min(next_regular_, dllp_from());
    if (init_.active() && (!queue_.empty() || awaits_ack())) {
        from = std::min(from, tlp_from());
    }
    decision_ = free_from(from);
    if (decision_ > wire_free_ || next_skip_ <= decision_) {
        decision_ = timing_.clock.symbol_start(decision_);
    }
}

LinkTick LinkEnd::next_packet() const noexcept {
    const LinkTick due = init_.active() ? std::min(dllp_from(), tlp_from()) : dllp_from();
    const LinkTick starts = !up_ || due == no_tick ? no_tick : std::max(due, next_decision());
    const LinkTick received = incoming_.empty() ? no_tick : incoming_.front().at;
    return std::min({starts, received, replay_.expires_at(), queue_.bad_from()});
}

bool LinkEnd::is_disturbed_before(LinkTick tick) const noexcept {
    for (std::size_t i = 0; i < incoming_.size() && incoming_[i].at < tick; ++i) {
        if (incoming_[i].disturbs()) {
            return true;
        }
    }
    return false;
}

/// A retraining that stops both wires. Looking ahead an Ack limit at most, REPLAY_NUM does not roll over from 0.
bool LinkEnd::may_retrain_before(LinkTick tick) const noexcept {
    return replay_.counts_causes() && (replay_.expires_at() < tick || is_disturbed_before(tick));
}

bool LinkEnd::is_certain(LinkTick tick) const noexcept {
    if (watches_acks_ && (replay_.expires_at() <= tick || is_disturbed_before(tick) ||
                          peer_->may_retrain_before(tick) || awaits_ack())) {
        return false;
    }
    if (next_regular_ <= tick || dllp_from() <= tick || !init_.active()) {
        return false;
    }
    // What is handed over from now on is younger and not earlier.
    return queue_.candidate() == 0 && queue_[0].from <= tick && queue_.bad_from() > tick;
}

} // namespace rootpool::models
