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
        if (has_credits(entries_[i], gates) && pcie::first_blocker(entries_, i, policy_) == i) {
            return i;
        }
    }
    return none;
}

} // namespace rootpool::models
