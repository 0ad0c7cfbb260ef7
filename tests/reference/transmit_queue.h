#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "tests/reference/coverage.h"
#include "tests/reference/credits.h"

namespace rootpool::reference {

/// A TLP on its way to its first start.
struct Handed {
    pcie::TlpPtr tlp;
    SimTime ready;                 ///< its first beat is there
    SimTime last_beat{};           ///< its last is; 0: it is whole
    bool is_bad = false;           ///< known from its last beat on
    unsigned crossing_symbols = 0; ///< from another clock
    WaitCauses waited{};
};

/// TLPs that wait for their first start (docs/timing.md 2.3).
class TransmitQueue {
public:
    TransmitQueue(QueuePolicy policy, const LinkTicks& ticks, Mutation mutation) noexcept
        : policy_(policy), mutation_(mutation), ticks_(ticks) {}

    /// In the queue from the first tick after `ready`, not before it can go to its end, and not before its predecessor.
    void submit(Handed handed) { arriving_.push_back(std::move(handed)); }
    /// The first TLP that is not in the queue yet may come into it.
    [[nodiscard]] bool has_ready(Tick now) const noexcept {
        return !arriving_.empty() && may_enter(arriving_.front(), now);
    }
    void admit(Tick now);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    /// A TLP of the queue is bad, whether or not that is known already.
    [[nodiscard]] bool has_bad() const noexcept { return bad_ != 0; }
    /// Position of the oldest TLP that may go.
    [[nodiscard]] std::optional<std::size_t> choose(const CreditGate& gate, Coverage& coverage);
    /// None may go: the retry buffer is full.
    void wait_for_retry_buffer(Coverage& coverage);
    /// Removes the TLP that goes.
    [[nodiscard]] Handed take(std::size_t position, Coverage& coverage);
    /// Removes all.
    [[nodiscard]] std::vector<Handed> take_all();
    /// Removes those whose bad end came before `now`.
    [[nodiscard]] std::vector<Handed> take_bad(Tick now);

private:
    [[nodiscard]] bool is_seen(SimTime ready, SimTime now) const noexcept {
        return ready < now || (ready == now && mutation_ == Mutation::tlp_of_same_instant_seen);
    }
    /// Time of a tick, as who has still to cross sees it.
    [[nodiscard]] SimTime before_crossing(const Handed& handed, Tick tick) const noexcept;
    [[nodiscard]] bool may_enter(const Handed& handed, Tick now) const noexcept;
    [[nodiscard]] static bool has_credits(Handed& handed, const CreditGate& gate, Coverage& coverage);

    QueuePolicy policy_;
    Mutation mutation_;
    const LinkTicks& ticks_;
    std::deque<Handed> arriving_;
    std::vector<Handed> waiting_; ///< the oldest first
    std::size_t bad_ = 0;         ///< of waiting_
};

} // namespace rootpool::reference
