#include "tests/reference/transmit_queue.h"

#include <algorithm>
#include <iterator>

#include "tests/reference/queue_order.h"

namespace rootpool::reference {

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

std::optional<std::size_t> TransmitQueue::choose(const CreditGate& gate, Coverage& coverage) {
    const std::size_t looked_at =
        policy_ == QueuePolicy::fifo ? std::min<std::size_t>(waiting_.size(), 1) : waiting_.size();
    for (std::size_t position = 0; position < looked_at; ++position) {
        if (has_credits(waiting_[position], gate, coverage) &&
            may_pass_all_before(waiting_, position, mutation_, coverage.forbidden)) {
            return position;
        }
    }
    return std::nullopt;
}

Handed TransmitQueue::take(std::size_t position, Coverage& coverage) {
    Handed taken = waiting_[position];
    bad_ -= taken.is_bad ? 1 : 0;
    count_passed(waiting_, position, coverage.passed);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(position));
    return taken;
}

void TransmitQueue::wait_for_retry_buffer(Coverage& coverage) {
    for (Handed& handed : waiting_) {
        coverage.retry_buffer_full += handed.waited.add(WaitCause::retry_buffer) ? 1 : 0;
    }
}

bool TransmitQueue::has_credits(Handed& handed, const CreditGate& gate, Coverage& coverage) {
    const CreditGate::Answer answer = gate.ask(handed.tlp->header);
    if (answer == CreditGate::Answer::go) {
        return true;
    }
    const bool header_missing = answer == CreditGate::Answer::header_missing;
    if (handed.waited.add(header_missing ? WaitCause::header_credit : WaitCause::data_credit)) {
        PerClass<std::uint64_t>& stalls = header_missing ? coverage.header_stalls : coverage.data_stalls;
        ++stalls[index_of(pcie::flow_class(handed.tlp->header.kind))];
    }
    return false;
}

} // namespace rootpool::reference
