#pragma once

#include <array>
#include <cstdint>

#include "models/pcie/port.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

/// What one root's TLPs hold at the port of a device: up to a quota of the shared receive buffer, and a reserve of the
/// root's own for what comes above it (docs/timing.md 3.2). The TLPs themselves stand in the crossbar.
class RootQueue {
public:
    struct Config {
        pcie::Credits quota;
        pcie::Credits reserve;
        SimTime period{}; ///< of the fabric clock
    };
    RootQueue(Scheduler& scheduler, Port& port, const Config& config);

    /// The TLP is in the receive buffer of the port, and in the root's queue from `ready` on.
    void arrive(const pcie::TlpPtr& tlp, SimTime ready);
    /// It leaves the queue, and at `at` the memory that it is in.
    void leave(pcie::Tlp& tlp, SimTime at);

    [[nodiscard]] bool in_reserve(const pcie::Tlp& tlp) const noexcept;
    /// TLPs that moved to the reserve.
    [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }
    /// Time that TLPs above the quota stood in the receive buffer because the reserve was full.
    [[nodiscard]] SimTime head_of_line() const noexcept;

private:
    /// Cumulative counts: what came less what left is there.
    struct ClassUse {
        pcie::CreditCost quota;
        pcie::CreditCost reserve;
        pcie::CreditCost came;
        pcie::CreditCost left;
        pcie::CreditCost reserved; ///< of `reserve`
    };
    /// A TLP about which has to be decided.
    struct Arrival {
        pcie::TlpPtr tlp;
        SimTime ready{};
        pcie::CreditCost came; ///< up to it
    };
    /// A TLP that left the queue, and whose end of transfer was not seen yet.
    struct Departure {
        SimTime at{};
        pcie::CreditCost cost;
        pcie::FlowClass flow{};
        bool from_reserve = false;
    };
    using Tlps = core::RingQueue<pcie::TlpPtr>;

    [[nodiscard]] ClassUse& use_of(pcie::FlowClass flow) noexcept { return uses_[static_cast<std::size_t>(flow)]; }
    void decide();
    [[nodiscard]] bool move(pcie::Tlp& tlp, SimTime edge);
    void forget_arrival(const pcie::Tlp& tlp);
    void see_departures(SimTime edge) noexcept;
    void arm();

    Port& port_;
    SimTime period_;
    std::array<ClassUse, pcie::flow_class_count> uses_{};
    core::RingQueue<Arrival> arrivals_;
    core::RingQueue<Departure> departures_;
    Tlps in_reserve_;
    Tlps above_quota_; ///< in the receive buffer all the same
    Timer timer_;
    std::uint64_t moved_ = 0;
    SimTime above_since_{};
    SimTime head_of_line_{};
};

} // namespace rootpool::models
