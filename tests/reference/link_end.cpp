#include "tests/reference/link_end.h"

namespace rootpool::reference {

LinkEnd::LinkEnd(unsigned number, const LinkSettings& settings, const LinkTicks& ticks, const LinkLimits& limits)
    : number_(number), mutation_(settings.mutation), ticks_(ticks), wire_(ticks, limits, mutation_),
      handshake_(limits.init_repeat), gate_(mutation_),
      allocator_(settings.advertised.at(number), limits.update, mutation_), sequence_(limits.ack, mutation_),
      retry_(limits.replay, mutation_), queue_(settings.queue_policy, ticks, mutation_) {}

void LinkEnd::release(pcie::FlowClass flow_class, unsigned headers, unsigned data, SimTime at) {
    if (is_up_) {
        allocator_.release(flow_class, headers, data, at);
    }
}

void LinkEnd::go_down(Moment now) {
    is_up_ = false;
    asks_for_retraining_ = false;
    wire_.lose_packets();
    handshake_.reset();
    gate_.reset();
    allocator_.reset();
    sequence_.reset();
    retry_.reset();
    ++coverage_.link_downs;
    tell_connection(now);
    queue_.admit(now.tick); // the link may be up again at this very tick
    return_queue(now);
}

void LinkEnd::tell_connection(Moment now) {
    if (layer_ != nullptr) {
        layer_->connected(is_up_, now);
    }
}

void LinkEnd::come_up(Moment now) {
    is_up_ = true;
    wire_.forget_skips_before(now.tick);
    tell_connection(now);
}

void LinkEnd::refresh(Tick now) noexcept {
    next_refresh_ += refresh_interval;
    if (is_active() && mutation_ != Mutation::refresh_not_sent) {
        allocator_.refresh(now);
        ++coverage_.refreshes;
    }
}

void LinkEnd::return_queue(Moment now) {
    for (const Handed& handed : queue_.take_all()) {
        ++coverage_.returned;
        if (layer_ != nullptr) {
            layer_->returned(handed.tlp, now);
        }
    }
}

// The list of docs/timing.md 2.2, highest priority first.
void LinkEnd::start_first_of_list(Moment now) {
    retry_.end_tlp(now.tick);
    if (wire_.is_skip_due(now.tick)) {
        start_skip(now);
        return;
    }
    if (!wire_.may_start(now.tick)) {
        return;
    }
    if (!handshake_.is_active()) {
        send_init(now);
        return;
    }
    // A DLLP that the rule about SDPs keeps back leaves its symbol time to TLPs.
    if (wire_.may_start_dllp(now.tick) && send_dllps(now)) {
        return;
    }
    send_tlp(now);
}

void LinkEnd::start_skip(Moment now) {
    if (wire_.may_start_skip(now.tick)) {
        ++coverage_.skips;
        start(now, Packet{});
    }
}

void LinkEnd::send_init(Moment now) {
    const std::optional<Handshake::Next> next = handshake_.next(now.tick);
    if (!next || !wire_.may_start_dllp(now.tick)) {
        return;
    }
    coverage_.init_repeats += next->repeats ? 1 : 0;
    handshake_.sent(now.tick);
    start_credits(now, next->kind, next->flow_class, allocator_.advertised(next->flow_class));
}

bool LinkEnd::send_dllps(Moment now) {
    switch (mutation_) {
    case Mutation::ack_before_nak:
        return send_ack(now) || send_nak(now) || send_updates(now);
    case Mutation::update_before_ack:
        return send_nak(now) || send_updates(now) || send_ack(now);
    default:
        return send_nak(now) || send_ack(now) || send_updates(now);
    }
}

bool LinkEnd::send_nak(Moment now) {
    if (!sequence_.nak_is_due()) {
        return false;
    }
    ++coverage_.naks;
    start_sequenced(now, PacketKind::nak, sequence_.take_nak());
    return true;
}

bool LinkEnd::send_ack(Moment now) {
    if (!sequence_.ack_is_due(now.tick)) {
        return false;
    }
    ++coverage_.acks;
    start_sequenced(now, PacketKind::ack, sequence_.take_ack());
    return true;
}

bool LinkEnd::send_updates(Moment now) {
    using pcie::FlowClass;
    if (mutation_ == Mutation::update_order_reversed) {
        return send_update(now, FlowClass::completion) || send_update(now, FlowClass::non_posted) ||
               send_update(now, FlowClass::posted);
    }
    return send_update(now, FlowClass::posted) || send_update(now, FlowClass::non_posted) ||
           send_update(now, FlowClass::completion);
}

bool LinkEnd::send_update(Moment now, pcie::FlowClass flow_class) {
    if (!allocator_.is_due(flow_class, now.tick)) {
        return false;
    }
    ++coverage_.updates;
    start_credits(now, PacketKind::update_fc, flow_class, allocator_.take_update(flow_class));
    return true;
}

bool LinkEnd::send_tlp(Moment now) {
    if (mutation_ == Mutation::new_tlp_before_replay) {
        return send_new(now) || send_replayed(now);
    }
    return send_replayed(now) || send_new(now);
}

bool LinkEnd::send_replayed(Moment now) {
    if (!retry_.is_replaying()) {
        return false;
    }
    const Packet packet = retry_.replayed();
    retry_.replay_started(now.tick + wire_.length_of(packet));
    start(now, packet);
    return true;
}

bool LinkEnd::send_new(Moment now) {
    if (queue_.empty()) {
        return false;
    }
    if (!retry_.has_room()) {
        queue_.wait_for_retry_buffer(coverage_);
        return false;
    }
    const std::optional<std::size_t> position = queue_.choose(gate_, coverage_);
    if (!position) {
        return false;
    }
    const Handed taken = queue_.take(*position, coverage_);
    const pcie::TlpPtr& tlp = taken.tlp;
    coverage_.started_before_whole += taken.last_beat > now.time ? 1 : 0;
    if (taken.is_bad && mutation_ != Mutation::bad_sent_as_good) {
        send_nullified(now, taken);
        return true;
    }
    gate_.consume(tlp->header);
    start(now, retry_.take_new(tlp, now.tick + ticks_.tlp_length(link_bytes(tlp->header))));
    if (layer_ != nullptr) {
        layer_->sent(tlp, now);
    }
    return true;
}

void LinkEnd::send_nullified(Moment now, const Handed& handed) {
    Packet packet;
    packet.kind = PacketKind::new_tlp;
    packet.sequence = retry_.next_sequence();
    packet.tlp = handed.tlp;
    if (mutation_ == Mutation::nullified_uses_credits) {
        gate_.consume(handed.tlp->header);
    }
    if (mutation_ == Mutation::nullified_uses_number) {
        retry_.skip_sequence();
    }
    ++coverage_.nullified_sent;
    start(now, packet, true);
    if (layer_ != nullptr) {
        layer_->sent(handed.tlp, now);
    }
}

void LinkEnd::drop_bad(Moment now) {
    for (const Handed& handed : queue_.take_bad(now.tick)) {
        ++coverage_.bad_dropped;
        if (layer_ != nullptr) {
            layer_->sent(handed.tlp, now);
        }
    }
}

void LinkEnd::start_sequenced(Moment now, PacketKind kind, std::uint16_t sequence) {
    Packet packet;
    packet.kind = kind;
    packet.sequence = sequence;
    start(now, packet);
}

void LinkEnd::start_credits(Moment now, PacketKind kind, pcie::FlowClass flow_class, CreditFields credits) {
    Packet packet;
    packet.kind = kind;
    packet.flow_class = flow_class;
    packet.credits = credits;
    start(now, packet);
}

void LinkEnd::start(Moment now, const Packet& packet, bool nullified) {
    const Fate fate = wire_.start(packet, now.tick, nullified);
    if (recorder_ != nullptr) {
        recorder_->started({number_, now, packet, fate, wire_.free_at()});
    }
}

void LinkEnd::receive_header(Moment now, Wire& wire) {
    const Wire::InFlight tlp = wire.take_header();
    const SimTime last_beat = ticks_.time_of(tlp.received);
    if (layer_ != nullptr && sequence_.expects(tlp.packet.sequence)) {
        layer_->receive_header(tlp.packet.tlp, last_beat, tlp.fate == Fate::intact && last_beat < down_, now);
    }
}

void LinkEnd::receive_packet(Moment now, Wire& wire) {
    const Wire::InFlight arrival = wire.take_arrival();
    const Packet& packet = arrival.packet;
    const Verdict verdict = packet.tlp ? receive_tlp(now, arrival) : receive_dllp(now, arrival);
    count(verdict);
    if (recorder_ != nullptr) {
        recorder_->received({number_, now, packet, verdict});
    }
    if (verdict == Verdict::accepted && layer_ != nullptr) {
        layer_->receive(packet.tlp, ticks_.time_of(arrival.first_symbol), now);
    }
}

void LinkEnd::run_timer(Tick now) { count_cause(retry_.run_timer(now), coverage_.replays_by_timer); }

Verdict LinkEnd::receive_tlp(Moment now, const Wire::InFlight& arrival) {
    const Verdict verdict = sequence_.receive(arrival.packet.sequence, arrival.fate, now.tick);
    if (arrival.fate == Fate::intact) {
        handshake_.receive_update_or_tlp();
    }
    coverage_.bad_tlps += verdict == Verdict::bad ? 1 : 0;
    return verdict;
}

Verdict LinkEnd::receive_dllp(Moment now, const Wire::InFlight& arrival) {
    if (arrival.fate != Fate::intact) {
        ++coverage_.bad_dllps;
        return Verdict::bad;
    }
    const Packet& packet = arrival.packet;
    switch (packet.kind) {
    case PacketKind::init_fc1:
    case PacketKind::init_fc2:
        if (handshake_.limits_follow_init()) {
            gate_.initialise(packet.flow_class, packet.credits);
        }
        handshake_.receive_init(packet.kind, packet.flow_class);
        break;
    case PacketKind::update_fc:
        if (handshake_.is_active()) {
            gate_.update(packet.flow_class, packet.credits);
        }
        handshake_.receive_update_or_tlp();
        break;
    case PacketKind::nak:
        count_cause(retry_.receive_nak(packet.sequence, now.tick), coverage_.replays_by_nak);
        break;
    default:
        retry_.receive_ack(packet.sequence, now.tick);
    }
    return Verdict::dllp;
}

void LinkEnd::count(Verdict verdict) noexcept {
    coverage_.duplicates += verdict == Verdict::duplicate ? 1 : 0;
    coverage_.out_of_sequence += verdict == Verdict::out_of_sequence ? 1 : 0;
    coverage_.nullified += verdict == Verdict::nullified ? 1 : 0;
}

void LinkEnd::count_cause(RetryUnit::Outcome outcome, std::uint64_t& causes) noexcept {
    if (outcome == RetryUnit::Outcome::nothing) {
        return;
    }
    ++causes;
    if (outcome == RetryUnit::Outcome::replay_and_retrain) {
        ++coverage_.retrains;
        asks_for_retraining_ = true;
    }
}

} // namespace rootpool::reference
