#pragma once

#include <array>
#include <cstdint>

#include "rootpool/core/ring_queue.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/link_clock.h"
#include "rootpool/pcie/ordering.h"

namespace rootpool::models {

/// Credits of the other side, by FlowClass.
using CreditGates = std::array<pcie::CreditGate, pcie::flow_class_count>;

/// TLPs that wait for their turn on the link, in the order in which they came (docs/timing.md 2.3).
class TransmitQueue {
public:
    struct Entry {
        pcie::TlpPtr tlp;
        pcie::LinkTick from = 0;                 ///< the first tick at which it may start
        pcie::LinkTick bad_from = pcie::no_tick; ///< the first at which its end is known to be bad
        pcie::CreditCost cost;
        pcie::FlowClass flow = pcie::FlowClass::posted;
    };
    static constexpr std::size_t none = SIZE_MAX;

    explicit TransmitQueue(pcie::OrderingPolicy policy) noexcept : policy_(policy) {}

    /// `from`: the first tick at which the TLP may start, if its predecessor does not make it later. Which it is.
    /// `bad_from`: the first at which it is dropped; no_tick: it is good.
    pcie::LinkTick push(pcie::TlpPtr tlp, pcie::LinkTick from, pcie::LinkTick bad_from = pcie::no_tick);
    [[nodiscard]] pcie::TlpPtr take(std::size_t index);
    /// The first tick at which a TLP that has not started is known to be bad; no_tick: there is none.
    [[nodiscard]] pcie::LinkTick bad_from() const noexcept { return bad_from_; }
    /// Takes a TLP that is known to be bad at `tick`; null: there is none. look() has to follow.
    [[nodiscard]] pcie::TlpPtr take_bad(pcie::LinkTick tick);
    [[nodiscard]] pcie::OrderingPolicy policy() const noexcept { return policy_; }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] const Entry& operator[](std::size_t index) const noexcept { return entries_[index]; }

    /// Index of the oldest TLP that has credits and may pass all before it; none if there is none. Its `from` is the
    /// earliest of all that may go. As of the last look().
    [[nodiscard]] std::size_t candidate() const noexcept { return candidate_; }
    /// Looks at the credits. To be called when TLPs came or went and when `gates` changed.
    void look(const CreditGates& gates) noexcept {
        candidate_ = entries_.empty() ? none : has_credits(entries_.front(), gates) ? 0 : younger_candidate(gates);
    }

    /// The same when nothing changed but that a TLP was pushed.
    void look_at_last(const CreditGates& gates) noexcept {
        if (candidate_ == none && may_go(entries_.size() - 1, gates)) {
            candidate_ = entries_.size() - 1;
        }
    }

private:
    [[nodiscard]] bool may_go(std::size_t index, const CreditGates& gates) const noexcept {
        return has_credits(entries_[index], gates) && pcie::first_blocker(entries_, index, policy_) == index;
    }
    [[nodiscard]] std::size_t younger_candidate(const CreditGates& gates) const noexcept;
    [[nodiscard]] static bool has_credits(const Entry& entry, const CreditGates& gates) noexcept {
        return gates[static_cast<std::size_t>(entry.flow)].stall(entry.cost) == pcie::CreditStall::none;
    }
    void find_bad() noexcept;

    pcie::OrderingPolicy policy_;
    core::RingQueue<Entry> entries_;
    pcie::LinkTick last_from_ = 0;
    pcie::LinkTick bad_from_ = pcie::no_tick; ///< the smallest of all
    std::size_t candidate_ = none;
};

} // namespace rootpool::models
