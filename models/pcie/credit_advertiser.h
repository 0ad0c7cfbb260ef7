#pragma once

#include <algorithm>
#include <array>

#include "rootpool/core/ring_queue.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/link_clock.h"

namespace rootpool::models {

/// The receiving half of flow control: what was allocated, and when UpdateFCs say so (PCIe base 2.6.1.2,
/// docs/timing.md 2.6).
class CreditAdvertiser {
public:
    explicit CreditAdvertiser(pcie::LinkTick update_limit) noexcept : update_limit_(update_limit) {}

    void start(const pcie::Credits& advertised);
    /// What InitFC carries: 0 for an infinite class.
    [[nodiscard]] pcie::CreditCount allocated(pcie::FlowClass flow) const noexcept { return of(flow).allocated; }
    [[nodiscard]] bool infinite(pcie::FlowClass flow) const noexcept { return of(flow).infinite; }

    /// The buffer of a TLP is free; seen from tick `from`. Calls may come out of order. Whether an UpdateFC became due
    /// earlier by it.
    bool release(pcie::FlowClass flow, pcie::CreditCost cost, pcie::LinkTick from);
    /// An update of every finite class is due at `tick`.
    void refresh(pcie::LinkTick tick) noexcept;

    /// The first tick at which some UpdateFC may start; no_tick: none waits.
    [[nodiscard]] pcie::LinkTick earliest() const noexcept { return earliest_; }
    /// The class whose UpdateFC goes first of those that may start at `tick`; there is one.
    [[nodiscard]] pcie::FlowClass first_due(pcie::LinkTick tick) const noexcept {
        return classes_[0].update_from <= tick   ? pcie::FlowClass{0}
               : classes_[1].update_from <= tick ? pcie::FlowClass{1}
                                                 : pcie::FlowClass{2};
    }
    /// An UpdateFC starts at `tick`; what it carries.
    pcie::CreditCount send(pcie::FlowClass flow, pcie::LinkTick tick) noexcept;

private:
    struct Release {
        pcie::LinkTick from = 0;
        pcie::CreditCost cost;
    };
    struct Class {
        bool infinite = false;
        pcie::CreditCount allocated;
        pcie::LinkTick update_from = pcie::no_tick;
        core::RingQueue<Release> releases; ///< not in `allocated` yet, by tick

        void insert(const Release& release);
    };

    [[nodiscard]] const Class& of(pcie::FlowClass flow) const noexcept {
        return classes_[static_cast<std::size_t>(flow)];
    }
    [[nodiscard]] Class& of(pcie::FlowClass flow) noexcept { return classes_[static_cast<std::size_t>(flow)]; }
    void find_earliest() noexcept;

    pcie::LinkTick update_limit_;
    std::array<Class, pcie::flow_class_count> classes_;
    pcie::LinkTick earliest_ = pcie::no_tick;
};

} // namespace rootpool::models
