#include "tests/reference/wire.h"

#include <utility>

namespace rootpool::reference {

Tick Wire::length_of(const Packet& packet) const noexcept {
    if (packet.kind == PacketKind::skip) {
        return ticks_.skip_length();
    }
    return packet.tlp ? ticks_.tlp_length(link_bytes(packet.tlp->header)) : ticks_.dllp_length();
}

Fate Wire::start(const Packet& packet, Tick now, bool nullified) {
    free_ = now + length_of(packet);
    if (packet.kind == PacketKind::skip) {
        next_skip_ += limits_.skip_interval;
        return Fate::intact;
    }
    if (is_dllp(packet.kind)) {
        dllp_symbol_ = ticks_.symbol_of(now);
    }
    Fate fate = ask_fate(packet);
    if (nullified && fate == Fate::intact) {
        fate = Fate::nullified;
    }
    if (fate == Fate::dropped) {
        return fate;
    }
    InFlight sent{packet, fate, now + limits_.flight, free_ + limits_.flight, 0};
    if (packet.tlp) {
        const unsigned framing = mutation_ == Mutation::header_without_framing ? 0 : 4;
        sent.header = sent.first_symbol + ticks_.tlp_length(framing + pcie::header_bytes(packet.tlp->header));
        headers_.push_back(sent);
    }
    in_flight_.push_back(sent);
    watch_first();
    return fate;
}

Fate Wire::ask_fate(const Packet& packet) {
    if (faults_ == nullptr) {
        return Fate::intact;
    }
    return packet.tlp ? faults_->fate(true, tlps_++, link_bytes(packet.tlp->header))
                      : faults_->fate(false, dllps_++, dllp_bytes);
}

Wire::InFlight Wire::take_arrival() {
    InFlight arrival = std::move(in_flight_.front());
    in_flight_.pop_front();
    watch_first();
    return arrival;
}

Wire::InFlight Wire::take_header() {
    InFlight taken = std::move(headers_.front());
    headers_.pop_front();
    watch_first();
    return taken;
}

void Wire::lose_packets() {
    headers_.clear();
    in_flight_.clear();
    watch_first();
}

void Wire::forget_skips_before(Tick now) noexcept {
    while (next_skip_ < now) {
        next_skip_ += limits_.skip_interval;
    }
}

} // namespace rootpool::reference
