#include "models/pcie/link_end.h"

#include <algorithm>

#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

using pcie::LinkTick;
using pcie::no_tick;
using pcie::Reception;

namespace {

/// An idle link repeats its UpdateFCs (PCIe base 2.6.1.2).
constexpr SimTime refresh_interval = 30us;

} // namespace

LinkEnd::LinkEnd(const sc_core::sc_module_name& name, const LinkTiming& timing, pcie::OrderingPolicy policy,
                 LinkEndOwner& owner)
    : sc_module(name), timing_(timing), owner_(owner), queue_(policy), advertiser_(timing.update_limit),
      init_(timing.init_repeat), acks_(timing.ack_limit), replay_(timing.replay_limit),
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
    if (const LinkTick queued = queue_.push(pcie::TlpPtr(&tlp), from, bad_from); queued < up_at_ && !up_) {
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
            plan();
        }
        if (peer_->is_awaited() && !peer_->oldest_may_go()) {
            owner_.on_input(*this);
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
    if (replay_.expires_at() < next_event_.tick) {
        next_event_ = {replay_.expires_at(), LinkEventPhase::timer};
    }
    if (!incoming_acks_.empty() && (awaits_ack() || next_event_.phase == LinkEventPhase::timer)) {
        next_event_ = std::min(next_event_, {incoming_acks_.front().at, LinkEventPhase::reception});
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
        if (event.tick >= hold_from_ && event.tick + 1 < hold_until_) {
            replay_.hold_until(hold_until_ - 1);
        } else {
            ++counters_.replay_timeouts;
            listener_->on_link_error(pcie::ErrorKind::replay_timer_timeout);
            start_replay(event.tick);
        }
        break;
    }
    event_is_stale_ = true;
}

/// The first tick at which a TLP may start, if the wire were free.
LinkTick LinkEnd::tlp_from() const noexcept {
    if (replay_.replaying()) {
        return replay_.from();
    }
    if (replay_.buffer().full()) {
        return no_tick;
    }
    const std::size_t index = queue_.candidate();
    const LinkTick from = index == TransmitQueue::none ? no_tick : queue_[index].from;
    const bool older_may_follow = index != 0 && !queue_.empty() && !incoming_credits_.empty();
    return older_may_follow ? std::min(from, incoming_credits_.front().at + 1) : from;
}

void LinkEnd::take_credits(LinkTick before) noexcept {
    do {
        const CreditUpdate update = incoming_credits_.pop();
        gates_[static_cast<std::size_t>(update.flow)].update(update.limit);
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

/// When the next decision is taken that may start a packet (docs/timing.md 2.2).
void LinkEnd::find_next_decision() const noexcept {
    decision_is_stale_ = false;
    if (!up_) {
        decision_ = no_tick;
        return;
    }
    LinkTick from = std::min(std::min(next_skip_, next_accounted_), dllp_from());
    if (init_.active()) {
        from = std::min(from, tlp_from());
    }
    decision_ = std::max(std::max(from, wire_free_), std::max(hold_until_, seen_));
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
    if (replay_.expires_at() <= tick || is_disturbed_before(tick) || peer_->may_retrain_before(tick)) {
        return false;
    }
    if (next_skip_ <= tick || next_accounted_ <= tick || dllp_from() <= tick || !init_.active() ||
        replay_.replaying() || replay_.buffer().full()) {
        return false;
    }
    // What is handed over from now on is younger and not earlier.
    return queue_.candidate() == 0 && queue_[0].from <= tick && queue_.bad_from() > tick;
}

// ----------------------------------------------------------------------------------------------------- transmitter

void LinkEnd::decide(LinkTick tick) {
    if (!init_.active()) {
        init_.advance(tick);
    }
    apply_credits(tick);
    apply_acks(tick);
    if (next_skip_ <= tick) {
        send_skip(tick);
        return;
    }
    if (next_accounted_ <= tick) {
        next_accounted_ += timing_.ack_limit;
        wire_free_ = tick + timing_.accounted;
        plan();
        return;
    }
    pass_refreshes(tick);
    if (tick >= dllp_hold_ && send_due_dllp(tick)) {
        return;
    }
    if (!init_.active() || tlp_from() > tick) {
        note_stall(tick);
        plan();
    } else if (replay_.replaying()) {
        ++counters_.replayed_tlps;
        RetryBuffer::Entry& entry = replay_.next();
        send_tlp(pcie::TlpPtr(entry.tlp), entry, true, tick);
    } else {
        send_new_tlp(tick);
    }
}

void LinkEnd::send_skip(LinkTick tick) noexcept {
    ++counters_.skips;
    next_skip_ += timing_.skip_interval;
    wire_free_ = tick + timing_.skip;
    plan();
}

/// When the next DLLP may start, if the wire were free.
LinkTick LinkEnd::dllp_from() const noexcept {
    if (!init_.active()) {
        return init_.advances() ? 0 : std::max(init_.from(), dllp_hold_);
    }
    return std::max(std::min(std::min(acks_.due_from(), advertiser_.earliest()), next_refresh_), dllp_hold_);
}

void LinkEnd::set_refreshes(std::int64_t passed) noexcept {
    refreshes_ = passed;
    next_refresh_ = timing_.clock.at_least((passed + 1) * refresh_interval);
}

void LinkEnd::pass_refreshes(LinkTick tick) noexcept {
    while (next_refresh_ <= tick) {
        if (init_.active_since() <= next_refresh_) {
            advertiser_.refresh(next_refresh_);
        }
        set_refreshes(refreshes_ + 1);
    }
}

/// Sends the DLLP that goes before any TLP, if there is one (PCIe base 3.6.2.1).
bool LinkEnd::send_due_dllp(LinkTick tick) {
    if (!init_.active()) {
        const auto init = init_.send(tick, advertiser_);
        if (init) {
            send_dllp(*init, tick);
        }
        return init.has_value();
    }
    if (acks_.due_from() <= tick) {
        const pcie::DllpKind kind = acks_.nak_from() <= tick ? pcie::DllpKind::nak : pcie::DllpKind::ack;
        send_dllp({kind, {}, acks_.send(tick), {}}, tick);
        return true;
    }
    if (advertiser_.earliest() <= tick) {
        const pcie::FlowClass flow = advertiser_.first_due(tick);
        send_dllp({pcie::DllpKind::update_fc, flow, 0, advertiser_.send(flow, tick)}, tick);
        return true;
    }
    return false;
}

void LinkEnd::send_dllp(const pcie::Dllp& dllp, LinkTick tick) {
    ++counters_.dllps;
    wire_free_ = tick + timing_.dllp;
    if (timing_.one_dllp_per_symbol) {
        dllp_hold_ = timing_.clock.symbol_start(tick + 1);
    }
    const pcie::PacketFate fate =
        faults_ == nullptr ? pcie::PacketFate::intact : faults_->fate(false, pcie::dllp_wire_bytes);
    const LinkTick received = wire_free_ + timing_.flight;
    Reception reception = fate == pcie::PacketFate::intact ? Reception::accepted : Reception::bad;
    if (fate == pcie::PacketFate::dropped || received >= down_at_) {
        reception = Reception::lost;
    }
    if (reception == Reception::accepted && dllp.kind == pcie::DllpKind::update_fc && peer_->init_.active()) {
        peer_->incoming_credits_.push({received, dllp.flow, dllp.credits});
        if (!peer_->queue_.empty()) {
            peer_->plan();
        }
    } else if (reception == Reception::accepted && dllp.kind == pcie::DllpKind::ack) {
        peer_->incoming_acks_.push({received, dllp.sequence});
        peer_->event_is_stale_ = true;
    } else if (reception == Reception::accepted) {
        peer_->take({received, Content::dllp, {}, dllp});
    } else {
        ++counters_.lost_packets;
        if (received < down_at_) {
            peer_->take({received, reception == Reception::bad ? Content::bad_dllp : Content::nothing, {}, dllp});
        }
    }
    if (link_observer_ != nullptr) {
        report({link_place_, timing_.clock.time(tick), timing_.clock.time(wire_free_), timing_.clock.time(received),
                nullptr, 0, false, dllp, fate, reception});
    }
    plan();
}

void LinkEnd::send_new_tlp(LinkTick tick) {
    const std::size_t index = queue_.candidate();
    end_stall(tick);
    if (queue_[index].bad_from != no_tick) {
        const pcie::TlpPtr bad = queue_.take(index);
        queue_.look(gates_);
        send_nullified(bad, tick);
        tell_port(*bad, TlpPhase::release, timing_.clock.time(tick));
        return;
    }
    gates_[static_cast<std::size_t>(queue_[index].flow)].consume(queue_[index].cost);
    const pcie::TlpPtr tlp = queue_.take(index);
    queue_.look(gates_);
    send_tlp(tlp, replay_.buffer().add(tlp), false, tick);
    tell_port(*tlp, TlpPhase::release, timing_.clock.time(tick)); // it has left the queue
}

/// What was known to be bad before it could start (docs/timing.md 3.9).
void LinkEnd::drop_bad(LinkTick tick) {
    while (const pcie::TlpPtr bad = queue_.take_bad(tick)) {
        ++counters_.dropped_tlps;
        queue_.look(gates_);
        tell_port(*bad, TlpPhase::release, timing_.clock.time(tick));
    }
    plan();
}

void LinkEnd::tell_port(pcie::Tlp& tlp, TlpPhase phase, SimTime at) {
    sc_core::sc_time delay = to_sc_time(std::max(at - now(), SimTime{0}));
    from_port->nb_transport_bw(tlp, phase, delay);
}

void LinkEnd::send_tlp(const pcie::TlpPtr& tlp, RetryBuffer::Entry& entry, bool replay, LinkTick tick) {
    const Flight flight = fly(*tlp, entry.sequence, tick);
    replay_.sent(entry, tick, wire_free_);
    if (flight.reception == Reception::accepted) {
        ++counters_.tlps;
        counters_.bytes += pcie::wire_bytes(tlp->header);
        replay_.buffer().accept(entry);
    } else {
        ++counters_.lost_packets;
    }
    plan();
    land(*tlp, flight, replay);
}

/// Its sequence number, its credits and its place in the retry buffer are those of the next TLP (PCIe base 3.6.2.1).
void LinkEnd::send_nullified(const pcie::TlpPtr& tlp, LinkTick tick) {
    ++counters_.nullified_tlps;
    const Flight flight = fly(*tlp, replay_.buffer().next_sequence(), tick);
    plan();
    land(*tlp, flight, false);
}

/// Puts a TLP on the wire.
LinkEnd::Flight LinkEnd::fly(const pcie::Tlp& tlp, std::uint16_t sequence, LinkTick tick) {
    const unsigned bytes = pcie::wire_bytes(tlp.header);
    wire_free_ = tick + timing_.clock.packet(bytes);
    Flight flight{tick, wire_free_ + timing_.flight, sequence};
    flight.fate = faults_ == nullptr ? pcie::PacketFate::intact : faults_->fate(true, bytes);
    if (tlp.bad_end && flight.fate == pcie::PacketFate::intact) {
        flight.fate = pcie::PacketFate::nullified;
    }
    if (flight.received < down_at_) {
        const AckScheduler::Verdict verdict = peer_->acks_.judge(sequence, flight.fate);
        flight.reception = verdict.reception;
        const bool accepted = verdict.reception == Reception::accepted;
        if (accepted && peer_->acks_.will_receive(sequence, flight.received)) {
            peer_->plan();
        }
        if (verdict.reception != Reception::nullified && (!accepted || !peer_->init_.active())) {
            peer_->take(
                {flight.received, verdict.reception == Reception::lost ? Content::nothing : Content::tlp, verdict, {}});
        }
    }
    return flight;
}

/// Tells who has to know what becomes of a TLP.
void LinkEnd::land(pcie::Tlp& tlp, const Flight& flight, bool replay) {
    if (link_observer_ != nullptr) {
        report({link_place_,
                timing_.clock.time(flight.start),
                timing_.clock.time(wire_free_),
                timing_.clock.time(flight.received),
                &tlp,
                flight.sequence,
                replay,
                {},
                flight.fate,
                flight.reception});
    }
    const LinkTick first = flight.start + timing_.flight;
    if (flight.reception == Reception::accepted) {
        if (tlp_observer_ != nullptr) {
            tlp_observer_->on_tlp({tlp_place_, timing_.clock.time(flight.start),
                                   timing_.clock.time(flight.received - timing_.flight), tlp});
        }
        peer_->deliver(tlp, first, flight.received, TlpPhase::arrive);
    } else if (shows_header(tlp, flight)) {
        peer_->deliver(tlp, first, flight.received, TlpPhase::bad);
    }
}

/// Whether the receiver could take a TLP that it does not accept for the one that it expects until its end.
bool LinkEnd::shows_header(const pcie::Tlp& tlp, const Flight& flight) const noexcept {
    constexpr unsigned framing = 4; // see Port::header_end()
    return flight.fate != pcie::PacketFate::dropped && peer_->acks_.expects(flight.sequence) &&
           flight.start + timing_.flight + timing_.clock.packet(framing + pcie::header_bytes(tlp.header)) < down_at_;
}

void LinkEnd::report(const pcie::PacketSighting& packet) const { link_observer_->on_packet(packet); }

// ------------------------------------------------------------------------------------------------------- receiver

void LinkEnd::deliver(pcie::Tlp& tlp, LinkTick first, LinkTick last, TlpPhase phase) {
    tlp.link_ups = ups_;
    tlp.last_beat = timing_.clock.time(last);
    sc_core::sc_time delay = to_sc_time(timing_.clock.time(first) - now());
    to_port->nb_transport_fw(tlp, phase, delay);
}

void LinkEnd::receive(const Incoming& packet) {
    if (!init_.active()) {
        init_.advance(packet.at);
    }
    switch (packet.content) {
    case Content::tlp:
        receive_tlp(packet);
        break;
    case Content::dllp:
        receive_dllp(packet);
        break;
    case Content::bad_dllp:
        listener_->on_link_error(pcie::ErrorKind::bad_dllp);
        break;
    case Content::nothing: // the framing was damaged, which the physical layer sees
        listener_->on_link_error(pcie::ErrorKind::receiver);
        break;
    }
}

void LinkEnd::receive_tlp(const Incoming& packet) {
    if (packet.verdict.reception != Reception::bad && !init_.active()) {
        init_.received_tlp(packet.at);
        plan();
    }
    if (acks_.received(packet.verdict, packet.at)) {
        plan();
    }
    if (packet.verdict.reception == Reception::bad || packet.verdict.reception == Reception::out_of_sequence) {
        listener_->on_link_error(pcie::ErrorKind::bad_tlp); // PCIe base 3.6.3.1
    }
}

void LinkEnd::receive_dllp(const Incoming& packet) {
    const pcie::Dllp& dllp = packet.dllp;
    switch (dllp.kind) {
    case pcie::DllpKind::nak:
        static_cast<void>(replay_.acknowledged(dllp.sequence, packet.at));
        ++counters_.naks_received;
        if (!replay_.buffer().empty()) {
            start_replay(packet.at);
        }
        if (!queue_.empty() || replay_.replaying()) {
            plan();
        }
        return;
    case pcie::DllpKind::update_fc:
        if (init_.active()) {
            gates_[static_cast<std::size_t>(dllp.flow)].update(dllp.credits);
            queue_.look(gates_);
        }
        break;
    default:
        if (init_.takes_limits()) {
            gates_[static_cast<std::size_t>(dllp.flow)].initialize(dllp.credits);
            queue_.look(gates_);
        }
    }
    if (!init_.active()) {
        init_.received(dllp, packet.at);
        plan();
    } else if (!queue_.empty()) {
        plan();
    }
}

void LinkEnd::start_replay(LinkTick at) {
    if (replay_.start(at)) {
        ++counters_.retrains;
        owner_.on_retrain(at + 1, at + 1 + timing_.retrain);
        listener_->on_link_error(pcie::ErrorKind::replay_num_rollover);
    }
    plan();
}

void LinkEnd::hold(LinkTick from, LinkTick until) noexcept {
    hold_from_ = from;
    hold_until_ = std::max(hold_until_, until);
    plan();
}

// -------------------------------------------------------------------------------------------------- up, down, idle

void LinkEnd::come_up(LinkTick tick) {
    up_ = true;
    ++ups_;
    seen_ = tick;
    next_skip_ =
        (std::max(tick, LinkTick{1}) + timing_.skip_interval - 1) / timing_.skip_interval * timing_.skip_interval;
    set_refreshes(timing_.clock.time(tick) / refresh_interval);
    init_.start();
    gates_ = {};
    queue_.look(gates_);
    advertiser_.start(advertised_);
    plan();
}

void LinkEnd::go_down(LinkTick tick, LinkTick up_at) {
    up_ = false;
    down_at_ = no_tick;
    hold_from_ = no_tick;
    hold_until_ = 0;
    incoming_.clear();
    incoming_credits_.clear();
    incoming_acks_.clear();
    acks_.reset();
    replay_.reset();
    stalled_since_ = no_tick;
    init_.start();
    plan();
    set_up_at(tick, up_at);
}

void LinkEnd::set_up_at(LinkTick tick, LinkTick up_at) {
    up_at_ = up_at;
    while (!queue_.empty() && queue_[0].from < up_at_) {
        const LinkTick at = std::max(queue_[0].from, tick);
        tell_port(*queue_.take(0), TlpPhase::returned, timing_.clock.time(at));
    }
    queue_.look(gates_);
}

bool LinkEnd::is_idle(LinkTick from, LinkTick until) {
    apply_acks(from);
    return init_.active() && faults_ == nullptr && link_observer_ == nullptr && timing_.accounted == 0 &&
           (queue_.empty() || queue_[0].from > until) && incoming_.empty() && incoming_credits_.empty() &&
           replay_.buffer().empty() && acks_.nak_from() == no_tick && acks_.ack_from() == no_tick &&
           advertiser_.earliest() == no_tick && down_at_ == no_tick;
}

/// To a SKP ordered set well before `until` that no UpdateFC is near, as if all between had been sent.
void LinkEnd::pass_idle_time(LinkTick until) noexcept {
    const LinkTick guard = timing_.clock.symbols(256); // longer than SKP and three UpdateFCs on any link
    LinkTick target = (until / timing_.skip_interval - 1) * timing_.skip_interval;
    if (target - timing_.clock.at_least(timing_.clock.time(target) / refresh_interval * refresh_interval) < guard) {
        target -= timing_.skip_interval;
    }
    if (target <= next_skip_) {
        return;
    }
    counters_.skips += static_cast<std::uint64_t>((target - next_skip_) / timing_.skip_interval);
    next_skip_ = target;
    unsigned finite = 0;
    for (const auto& of : advertised_.of) {
        finite += of.infinite ? 0 : 1;
    }
    const std::int64_t passed = timing_.clock.time(target) / refresh_interval;
    counters_.dllps += static_cast<std::uint64_t>(passed - refreshes_) * finite;
    set_refreshes(passed);
    plan();
}

// ----------------------------------------------------------------------------------------------------- statistics

void LinkEnd::note_stall(LinkTick tick) noexcept {
    if (stalled_since_ != no_tick || queue_.empty() || !init_.active() || replay_.replaying() ||
        queue_[0].from > tick) {
        return;
    }
    const TransmitQueue::Entry& oldest = queue_[0];
    const pcie::CreditStall stall = gates_[static_cast<std::size_t>(oldest.flow)].stall(oldest.cost);
    if (stall != pcie::CreditStall::none) {
        stalled_since_ = tick;
        stalled_ =
            &counters_
                 .credit_stalls[static_cast<std::size_t>(oldest.flow)][stall == pcie::CreditStall::headers ? 0 : 1];
    }
}

void LinkEnd::end_stall(LinkTick tick) noexcept {
    if (stalled_since_ != no_tick) {
        *stalled_ += timing_.clock.time(tick) - timing_.clock.time(stalled_since_);
        stalled_since_ = no_tick;
    }
}

} // namespace rootpool::models
