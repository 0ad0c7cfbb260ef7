#include "models/pcie/transmit_queue.h"

#include <algorithm>

namespace rootpool::models {

pcie::LinkTick TransmitQueue::push(pcie::TlpPtr tlp, pcie::LinkTick from) {
    last_from_ = std::max(from, last_from_);
    const pcie::TlpHeader& header = tlp->header;
    entries_.push({std::move(tlp), last_from_, pcie::credit_cost(header), pcie::flow_class(header.kind)});
    return last_from_;
}

std::size_t TransmitQueue::younger_candidate(const CreditGates& gates) const noexcept {
    if (policy_ == pcie::OrderingPolicy::fifo) {
        return none;
    }
    for (std::size_t i = 1; i < entries_.size(); ++i) {
        if (has_credits(entries_[i], gates) && passes_all_before(i)) {
            return i;
        }
    }
    return none;
}

bool TransmitQueue::passes_all_before(std::size_t index) const noexcept {
    for (std::size_t i = 0; i < index; ++i) {
        if (!pcie::may_pass(*entries_[index].tlp, *entries_[i].tlp)) {
            return false;
        }
    }
    return true;
}

} // namespace rootpool::models
