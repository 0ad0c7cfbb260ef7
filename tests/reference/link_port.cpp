#include "tests/reference/link_port.h"

namespace rootpool::reference {

TransmitPlaces::TransmitPlaces(Mutation mutation) noexcept
    : sees_same_instant_(mutation == Mutation::place_of_same_instant_seen) {
    count_ += mutation == Mutation::one_place_more ? 1 : 0;
    count_ -= mutation == Mutation::one_place_less ? 1 : 0;
}

void TransmitPlaces::note_first() noexcept {
    const Left& first = left_.front();
    --taken_[index_of(first.flow_class)];
    last_left_[index_of(first.flow_class)] = first.at;
    left_.pop_front();
}

Buffered LinkPort::take_arrival() {
    Buffered taken = std::move(arrivals_.front().received);
    arrivals_.pop_front();
    return taken;
}

bool may_be_cut_through(const pcie::TlpHeader& header, Mutation mutation) noexcept {
    const unsigned least = mutation == Mutation::one_dword_cut_through ? 4 : 8;
    const bool has_kind =
        header.kind == pcie::TlpKind::memory_write || header.kind == pcie::TlpKind::completion_with_data;
    return has_kind && pcie::payload_bytes(header) >= least;
}

Beginning LinkPort::take_beginning() {
    Beginning taken = std::move(beginnings_.front().beginning);
    beginnings_.pop_front();
    return taken;
}

bool LinkPort::was_cut_through(const pcie::TlpPtr& tlp) {
    if (cut_.empty() || cut_.front() != tlp) {
        return false;
    }
    cut_.pop_front();
    return true;
}

void LinkPort::connected(bool is_up, Moment now) {
    changes_.push_back({is_up, now.time});
    if (is_up) {
        came_up_.push_back(now.time);
    }
}

LinkChange LinkPort::take_change() {
    const LinkChange taken = changes_.front();
    changes_.pop_front();
    return taken;
}

void LinkPort::send(Handed handed) {
    places_.take(pcie::flow_class(handed.tlp->header.kind));
    end_.submit(std::move(handed));
}

// A link that came up anew has advertised the whole buffer (docs/timing.md 2.7).
void LinkPort::release(const Buffered& received, SimTime at) {
    if (received.connection == connection()) {
        const pcie::TlpHeader& header = received.tlp->header;
        end_.release(pcie::flow_class(header.kind), 1, (pcie::payload_bytes(header) + 15) / 16, at);
    }
}

} // namespace rootpool::reference
