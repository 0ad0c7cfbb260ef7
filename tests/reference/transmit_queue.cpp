#include "tests/reference/transmit_queue.h"

#include <algorithm>

#include "tests/reference/ordering.h"

namespace rootpool::reference {

namespace {

/// Counts a pair of TLPs in its cell of the ordering table.
void count_pair(OrderingCounts& counts, const pcie::Tlp& later, const pcie::Tlp& earlier) {
    const auto row = static_cast<std::size_t>(ordering_kind(later.header.kind));
    const auto column = static_cast<std::size_t>(ordering_kind(earlier.header.kind));
    ++counts[row][column];
}

} // namespace

void TransmitQueue::admit(SimTime now) {
    while (has_ready(now)) {
        waiting_.push_back(std::move(arriving_.front().tlp));
        arriving_.pop_front();
    }
}

std::optional<std::size_t> TransmitQueue::choose(const CreditGate& gate, Coverage& coverage) const {
    const std::size_t looked_at =
        policy_ == QueuePolicy::fifo ? std::min<std::size_t>(waiting_.size(), 1) : waiting_.size();
    for (std::size_t position = 0; position < looked_at; ++position) {
        if (has_credits(waiting_[position]->header, gate, coverage) && may_pass_all_before(position, coverage)) {
            return position;
        }
    }
    return std::nullopt;
}

pcie::TlpPtr TransmitQueue::take(std::size_t position, Coverage& coverage) {
    pcie::TlpPtr taken = waiting_[position];
    for (std::size_t earlier = 0; earlier < position; ++earlier) {
        count_pair(coverage.passed, *taken, *waiting_[earlier]);
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(position));
    return taken;
}

bool TransmitQueue::has_credits(const pcie::TlpHeader& header, const CreditGate& gate, Coverage& coverage) const {
    const CreditGate::Answer answer = gate.ask(header);
    const std::size_t flow_class = index_of(pcie::flow_class(header.kind));
    coverage.header_stalls[flow_class] += answer == CreditGate::Answer::header_missing ? 1 : 0;
    coverage.data_stalls[flow_class] += answer == CreditGate::Answer::data_missing ? 1 : 0;
    return answer == CreditGate::Answer::go;
}

bool TransmitQueue::may_pass_all_before(std::size_t position, Coverage& coverage) const {
    for (std::size_t earlier = 0; earlier < position; ++earlier) {
        if (!may_pass(*waiting_[position], *waiting_[earlier], mutation_)) {
            count_pair(coverage.forbidden, *waiting_[position], *waiting_[earlier]);
            return false;
        }
    }
    return true;
}

} // namespace rootpool::reference
