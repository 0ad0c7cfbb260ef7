// What an end of a link sends: the transmitter of docs/timing.md 2.

#include <algorithm>

#include "models/pcie/link_end.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

using pcie::LinkTick;
using pcie::no_tick;
using pcie::Reception;

void LinkEnd::decide(LinkTick tick) {
    if (!init_.active()) {
        init_.advance(tick);
    }
    apply_credits(tick);
    apply_acks(tick);
    if (send_before_tlps(tick)) {
        return;
    }
    if (!init_.active() || tlp_from() > tick) {
        plan();
    } else if (replay_.replaying()) {
        ++counters_.replayed_tlps;
        RetryBuffer::Entry& entry = replay_.next();
        send_tlp(entry, true, tick);
    } else {
        send_new_tlp(tick);
    }
}

/// Sends what goes before any TLP, if something does.
bool LinkEnd::send_before_tlps(LinkTick tick) {
    if (next_regular_ <= tick) {
        send_regular(tick);
        return true;
    }
    pass_refreshes(tick);
    return tick >= dllp_hold_ && send_due_dllp(tick);
}

/// A SKP ordered set, or the time that pcie-bench's accounting takes for DLLPs.
void LinkEnd::send_regular(LinkTick tick) noexcept {
    if (next_skip_ <= tick) {
        ++counters_.skips;
        wire_free_ = tick + timing_.skip;
        set_next_skip(next_skip_ + timing_.skip_interval);
    } else {
        wire_free_ = tick + timing_.accounted;
        next_accounted_ += timing_.ack_limit;
        set_next_skip(next_skip_);
    }
    plan();
}

void LinkEnd::pass_refreshes(LinkTick tick) noexcept {
    while (refreshes_.next() <= tick) {
        if (init_.active_since() <= refreshes_.next()) {
            advertiser_.refresh(refreshes_.next());
        }
        refreshes_.pass();
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
        peer_->expect_credits({received, dllp.flow, dllp.credits});
    } else if (reception == Reception::accepted && dllp.kind == pcie::DllpKind::ack) {
        peer_->expect_ack({received, dllp.sequence});
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
    if (queue_[index].bad_from != no_tick) {
        const pcie::TlpPtr bad = queue_.take(index);
        queue_.look(gates_);
        send_nullified(bad, tick);
        if (index == 0) {
            stalls_.start(wire_free_);
        }
        tell_port(*bad, TlpPhase::release, timing_.clock.time(tick));
        return;
    }
    if (index != 0) { // the oldest may lack something else from now on
        note_stall(tick);
    }
    gates_[static_cast<std::size_t>(queue_[index].flow)].consume(queue_[index].cost);
    RetryBuffer::Entry& entry = replay_.buffer().add(queue_.take(index));
    queue_.look(gates_);
    send_tlp(entry, false, tick);
    if (index == 0) {
        stalls_.start(wire_free_);
    }
    tell_port(*entry.tlp, TlpPhase::release, timing_.clock.time(tick)); // it has left the queue
}

/// What was known to be bad before it could start (docs/timing.md 3.9).
void LinkEnd::drop_bad(LinkTick tick) {
    apply_credits(tick);
    note_stall(tick);
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

/// The entry stays where it is: nothing that is told of the TLP adds to the retry buffer or takes from it.
void LinkEnd::send_tlp(RetryBuffer::Entry& entry, bool replay, LinkTick tick) {
    const Flight flight = fly(*entry.tlp, entry.sequence, tick);
    replay_.sent(entry, tick, wire_free_);
    if (flight.reception == Reception::accepted) {
        ++counters_.tlps;
        counters_.bytes += flight.bytes;
        replay_.buffer().accept(entry);
    } else {
        ++counters_.lost_packets;
    }
    plan();
    land(*entry.tlp, flight, replay);
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
    const unsigned bytes = pcie::wire_bytes(tlp.header) + (tlp.bad_end ? timing_.bad_end_bytes : 0);
    wire_free_ = tick + timing_.clock.packet(bytes);
    if (bytes > timing_.largest_in_time) {
        start_watching_acks();
        peer_->start_watching_acks();
    }
    Flight flight{tick, wire_free_ + timing_.flight, sequence, bytes};
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

void LinkEnd::note_stall(LinkTick until) noexcept {
    if (!queue_.empty()) {
        const TransmitQueue::Entry& oldest = queue_[0];
        const pcie::CreditStall lack = gates_[static_cast<std::size_t>(oldest.flow)].stall(oldest.cost);
        stalls_.charge(oldest.flow, lack, std::max(oldest.from, init_.active_since()), until, timing_.clock);
    }
}

} // namespace rootpool::models
