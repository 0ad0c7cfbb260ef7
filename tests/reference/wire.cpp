#include "tests/reference/wire.h"

#include <utility>

namespace rootpool::reference {

/// EDB takes the place of END where symbols are 8b/10b, and is a token of its own above.
unsigned Wire::bytes_of(const pcie::TlpHeader& header, bool nullified) const noexcept {
    const bool has_token = nullified && !ticks_.is_8b10b() && mutation_ != Mutation::nullified_without_token;
    return link_bytes(header) + (has_token ? 4 : 0);
}

Tick Wire::length_of(const Packet& packet, bool nullified) const noexcept {
    if (packet.kind == PacketKind::skip) {
        return ticks_.skip_length();
    }
    return packet.tlp ? ticks_.tlp_length(bytes_of(packet.tlp->header, nullified)) : ticks_.dllp_length();
}

Fate Wire::start(const Packet& packet, Tick now, bool nullified) {
    free_ = now + length_of(packet, nullified);
    if (packet.kind == PacketKind::skip) {
        next_skip_ += limits_.skip_interval;
        return Fate::intact;
    }
    if (is_dllp(packet.kind)) {
        dllp_symbol_ = ticks_.symbol_of(now);
    }
    Fate fate = ask_fate(packet, nullified);
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

Fate Wire::ask_fate(const Packet& packet, bool nullified) {
    if (faults_ == nullptr) {
        return Fate::intact;
    }
    return packet.tlp ? faults_->fate(true, tlps_++, bytes_of(packet.tlp->header, nullified))
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
