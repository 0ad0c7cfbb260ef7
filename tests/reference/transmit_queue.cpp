#include "tests/reference/transmit_queue.h"

#include <algorithm>
#include <iterator>

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

SimTime TransmitQueue::before_crossing(const Handed& handed, Tick tick) const noexcept {
    const Tick crossing = ticks_.symbols(handed.crossing_symbols);
    return tick < crossing ? SimTime{0} : ticks_.time_of(tick - crossing);
}

// A TLP that starts at `now` ends when its last beat is there.
bool TransmitQueue::may_enter(const Handed& handed, Tick now) const noexcept {
    if (!is_seen(handed.ready, before_crossing(handed, now))) {
        return false;
    }
    const Tick end = now + ticks_.tlp_length(link_bytes(handed.tlp->header));
    return handed.last_beat == SimTime{0} || handed.last_beat < before_crossing(handed, end) ||
           mutation_ == Mutation::wire_runs_dry;
}

void TransmitQueue::admit(Tick now) {
    while (has_ready(now)) {
        bad_ += arriving_.front().is_bad ? 1 : 0;
        waiting_.push_back(std::move(arriving_.front()));
        arriving_.pop_front();
    }
}

std::vector<Handed> TransmitQueue::take_all() {
    bad_ = 0;
    return std::exchange(waiting_, {});
}

std::vector<Handed> TransmitQueue::take_bad(Tick now) {
    std::vector<Handed> taken;
    const auto is_known_bad = [&](const Handed& handed) {
        return handed.is_bad && handed.last_beat < before_crossing(handed, now) &&
               mutation_ != Mutation::bad_sent_though_known;
    };
    std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(taken), is_known_bad);
    bad_ -= std::erase_if(waiting_, is_known_bad);
    return taken;
}

std::optional<std::size_t> TransmitQueue::choose(const CreditGate& gate, Coverage& coverage) const {
    const std::size_t looked_at =
        policy_ == QueuePolicy::fifo ? std::min<std::size_t>(waiting_.size(), 1) : waiting_.size();
    for (std::size_t position = 0; position < looked_at; ++position) {
        if (has_credits(waiting_[position].tlp->header, gate, coverage) && may_pass_all_before(position, coverage)) {
            return position;
        }
    }
    return std::nullopt;
}

Handed TransmitQueue::take(std::size_t position, Coverage& coverage) {
    Handed taken = waiting_[position];
    bad_ -= taken.is_bad ? 1 : 0;
    for (std::size_t earlier = 0; earlier < position; ++earlier) {
        count_pair(coverage.passed, *taken.tlp, *waiting_[earlier].tlp);
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
        if (!may_pass(*waiting_[position].tlp, *waiting_[earlier].tlp, mutation_)) {
            count_pair(coverage.forbidden, *waiting_[position].tlp, *waiting_[earlier].tlp);
            return false;
        }
    }
    return true;
}

} // namespace rootpool::reference
