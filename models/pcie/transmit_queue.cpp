#include "models/pcie/transmit_queue.h"

#include <algorithm>

namespace rootpool::models {

pcie::LinkTick TransmitQueue::push(pcie::TlpPtr tlp, pcie::LinkTick from, pcie::LinkTick bad_from) {
    last_from_ = std::max(from, last_from_);
    const pcie::LinkTick bad = std::max(bad_from, last_from_);
    const pcie::TlpHeader& header = tlp->header;
    entries_.push({std::move(tlp), last_from_, bad, pcie::credit_cost(header), pcie::flow_class(header.kind)});
    bad_from_ = std::min(bad_from_, bad);
    return last_from_;
}

pcie::TlpPtr TransmitQueue::take(std::size_t index) {
    Entry entry = entries_.take(index);
    if (entry.bad_from != pcie::no_tick) {
        find_bad();
    }
    return std::move(entry.tlp);
}

pcie::TlpPtr TransmitQueue::take_bad(pcie::LinkTick tick) {
    for (std::size_t i = 0; bad_from_ <= tick && i < entries_.size(); ++i) {
        if (entries_[i].bad_from <= tick) {
            return take(i);
        }
    }
    return {};
}

void TransmitQueue::find_bad() noexcept {
    bad_from_ = pcie::no_tick;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        bad_from_ = std::min(bad_from_, entries_[i].bad_from);
    }
}

std::size_t TransmitQueue::younger_candidate(const CreditGates& gates) const noexcept {
    if (policy_ == pcie::OrderingPolicy::fifo) {
        return none;
    }
    for (std::size_t i = 1; i < entries_.size(); ++i) {
        if (may_go(i, gates)) {
            return i;
        }
    }
    return none;
}

} // namespace rootpool::models
