#include "tests/reference/crossbar_output.h"

#include <algorithm>

namespace rootpool::reference {

CrossbarOutput::CrossbarOutput(OutputName name, const ArbiterSettings& arbiter, const SwitchSettings& settings,
                               BehindOutput& behind, SwitchCoverage& coverage)
    : name_(name), kind_(settings.arbiter), mutation_(settings.mutation),
      prefix_bytes_(settings.tagging == TaggingKind::local_prefix ? 4 : 0), behind_(behind), coverage_(coverage),
      arbiter_(make_arbiter(arbiter)), candidates_(arbiter.inputs) {
    for (std::size_t input = 0; input < arbiter.inputs; ++input) {
        queues_.emplace_back(input, settings.queue_policy, settings.mutation);
    }
}

void CrossbarOutput::drop_bad(Edge now) {
    for (CrossbarQueue& queue : queues_) {
        coverage_.bad_dropped += queue.drop_bad(now);
    }
}

void CrossbarOutput::flush(std::size_t input, Edge now) {
    for (const Queued& queued : queues_[input].take_all(now)) {
        ++coverage_.dropped_by_reset;
        if (queued.from != nullptr) {
            queued.from->release(queued.received, time_of(std::max(now, queued.whole + 1)));
        }
    }
}

void CrossbarOutput::arbitrate(Edge now) {
    const std::size_t found = find_candidates(now);
    if (found == 0) {
        return;
    }
    coverage_.conflicts[static_cast<std::size_t>(kind_)] += found > 1 ? 1 : 0;
    grant(arbiter_->choose(candidates_), now);
}

std::size_t CrossbarOutput::find_candidates(Edge now) {
    std::size_t found = 0;
    for (std::size_t input = 0; input < queues_.size(); ++input) {
        Candidate& one = candidates_[input];
        one.there = false;
        if (queues_[input].empty()) {
            continue;
        }
        if (const auto position = queues_[input].choose(behind_, now, coverage_)) {
            const Queued& queued = queues_[input].at(*position);
            one = {true, *position, link_bytes(queued.tlp->header), queued.ready};
            ++found;
        }
    }
    return found;
}

void CrossbarOutput::grant(std::size_t winner, Edge now) {
    Queued queued = queues_[winner].take(candidates_[winner].position, now, coverage_);
    last_grants_[index_of(pcie::flow_class(queued.tlp->header.kind))] = now;
    queued.transfer = transfer_cycles(queued.tlp->header);
    free_ = now + queued.transfer;
    coverage_.bad_granted += queued.bad_end ? 1 : 0;
    if (queued.from != nullptr) {
        queued.from->release(queued.received,
                             time_of(free_ - (mutation_ == Mutation::released_one_cycle_early ? 1 : 0)));
    }
    if (recorder_ != nullptr) {
        recorder_->granted({name_, winner, now, *queued.tlp});
    }
    behind_.granted(winner, queued, now);
}

Edge CrossbarOutput::transfer_cycles(const pcie::TlpHeader& header) const noexcept {
    constexpr unsigned width = 16;
    const unsigned bytes =
        pcie::header_bytes(header) + pcie::payload_bytes(header) + (header.digest ? 4U : 0U) + prefix_bytes_;
    const unsigned rounding = mutation_ == Mutation::transfer_rounded_down ? 0 : width - 1;
    return (bytes + rounding) / width + (mutation_ == Mutation::transfer_plus_one ? 1 : 0);
}

} // namespace rootpool::reference
