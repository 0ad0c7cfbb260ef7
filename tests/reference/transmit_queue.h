#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "tests/reference/coverage.h"
#include "tests/reference/credits.h"

namespace rootpool::reference {

/// TLPs that wait for their first start (docs/timing.md 2.3).
class TransmitQueue {
public:
    TransmitQueue(QueuePolicy policy, Mutation mutation) noexcept : policy_(policy), mutation_(mutation) {}

    /// In the queue from the first tick after `ready`, and not before its predecessor.
    void submit(pcie::TlpPtr tlp, SimTime ready) { arriving_.push_back({std::move(tlp), ready}); }
    /// Something was ready before `now` and is not in the queue yet.
    [[nodiscard]] bool has_ready(SimTime now) const noexcept {
        return !arriving_.empty() && is_seen(arriving_.front().ready, now);
    }
    /// Lets in what was ready before `now`.
    void admit(SimTime now);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    /// Position of the oldest TLP that may go.
    [[nodiscard]] std::optional<std::size_t> choose(const CreditGate& gate, Coverage& coverage) const;
    /// Removes the TLP that goes.
    [[nodiscard]] pcie::TlpPtr take(std::size_t position, Coverage& coverage);
    /// Removes all.
    [[nodiscard]] std::vector<pcie::TlpPtr> take_all() { return std::exchange(waiting_, {}); }

private:
    struct Arriving {
        pcie::TlpPtr tlp;
        SimTime ready;
    };

    [[nodiscard]] bool is_seen(SimTime ready, SimTime now) const noexcept {
        return ready < now || (ready == now && mutation_ == Mutation::tlp_of_same_instant_seen);
    }
    [[nodiscard]] bool has_credits(const pcie::TlpHeader& header, const CreditGate& gate, Coverage& coverage) const;
    [[nodiscard]] bool may_pass_all_before(std::size_t position, Coverage& coverage) const;

    QueuePolicy policy_;
    Mutation mutation_;
    std::deque<Arriving> arriving_;
    std::vector<pcie::TlpPtr> waiting_; ///< the oldest first
};

} // namespace rootpool::reference
