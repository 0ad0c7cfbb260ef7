#pragma once

#include <deque>
#include <optional>

#include "tests/reference/coverage.h"
#include "tests/reference/packet.h"
#include "tests/reference/settings.h"

/// Flow-control credits, as their sender and as their receiver count them (PCIe base 2.6.1).
namespace rootpool::reference {

/// The transmitter's counters: what may be sent.
class CreditGate {
public:
    enum class Answer : std::uint8_t { go, header_missing, data_missing };

    explicit CreditGate(Mutation mutation) noexcept : mutation_(mutation) {}

    void reset() noexcept { classes_ = {}; }
    /// An InitFC: both fields 0 stand for an infinite class.
    void initialise(pcie::FlowClass flow_class, CreditFields limit) noexcept;
    void update(pcie::FlowClass flow_class, CreditFields limit) noexcept;

    [[nodiscard]] Answer ask(const pcie::TlpHeader& header) const noexcept;
    void consume(const pcie::TlpHeader& header) noexcept;

private:
    struct Counters {
        CreditFields limit;
        unsigned headers_consumed = 0;
        unsigned data_consumed = 0;
        bool infinite = false;
    };

    [[nodiscard]] unsigned data_cost(const pcie::TlpHeader& header) const noexcept;

    Mutation mutation_;
    PerClass<Counters> classes_{};
};

/// The receiver's counters: what it has allocated, and when it says so.
class CreditAllocator {
public:
    CreditAllocator(const PerClass<ClassCredits>& advertised, Tick update_limit, Mutation mutation);

    /// Back to what is advertised. Releases that were announced before are forgotten.
    void reset();
    /// Space is free again from `at` on.
    void release(pcie::FlowClass flow_class, unsigned headers, unsigned data, SimTime at);
    /// A release before `now` has not taken effect yet.
    [[nodiscard]] bool has_release(SimTime now) const noexcept {
        return !releases_.empty() && is_seen(releases_.front().at, now);
    }
    /// Lets the releases before `now` take effect.
    void take_releases(Moment now);
    /// Makes an update of every class due that is not infinite.
    void refresh(Tick now) noexcept;

    [[nodiscard]] bool is_any_due(Tick now) const noexcept { return earliest_due_ <= now; }
    [[nodiscard]] bool is_due(pcie::FlowClass flow_class, Tick now) const noexcept {
        return update_due_[index_of(flow_class)] <= now;
    }
    /// The fields of an InitFC.
    [[nodiscard]] CreditFields advertised(pcie::FlowClass flow_class) const noexcept;
    /// The fields of the UpdateFC that starts now; none of this class is waiting any more.
    [[nodiscard]] CreditFields take_update(pcie::FlowClass flow_class) noexcept;

private:
    struct Release {
        pcie::FlowClass flow_class;
        unsigned headers;
        unsigned data;
        SimTime at;
    };

    [[nodiscard]] bool is_seen(SimTime at, SimTime now) const noexcept {
        return at < now || (at == now && mutation_ == Mutation::release_of_same_instant_seen);
    }
    void take(const Release& release, Tick now) noexcept;
    void set_due(pcie::FlowClass flow_class, Tick due) noexcept;

    PerClass<ClassCredits> advertised_;
    Tick update_limit_;
    Mutation mutation_;
    PerClass<ClassCredits> allocated_;
    PerClass<Tick> update_due_{no_tick, no_tick, no_tick}; ///< no_tick: no update is waiting
    Tick earliest_due_ = no_tick;
    std::deque<Release> releases_; ///< in the order of their times
};

} // namespace rootpool::reference
