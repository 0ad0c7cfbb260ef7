#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "models/core/scheduler.h"
#include "models/pcie/tlp_socket.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

class Port;

/// What a port belongs to: NIC, root complex, switch port.
class PortOwner {
public:
    virtual ~PortOwner() = default;
    /// A TLP comes in. Called in the sender's call chain: both times are at or after now, and in order for one port.
    /// The TLP occupies the port's receive buffer until the owner calls Port::release().
    virtual void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) = 0;
    /// A TLP that had waited for credits has left: the backlog is smaller.
    virtual void on_room(Port& /*port*/) {}
};

/// Transaction layer of one end of a link: transmit queue with flow-control gating, receive buffer accounting.
///
/// Bind `transmit` and `receive` to the two sockets of one side of a Link.
class Port : public sc_core::sc_module, private TlpForwardInterface, private TlpBackwardInterface {
public:
    TlpInitiatorSocket transmit{"transmit"};
    TlpTargetSocket receive{"receive"};

    /// `advertised`: what this port's receive buffer holds, and so what the other side may have outstanding.
    Port(const sc_core::sc_module_name& name, Scheduler& scheduler, PortOwner& owner, const pcie::Credits& advertised);

    /// Sends a TLP whose first beat is ready at `earliest` (at or after now). Order of calls is order of arrival in the
    /// queue; only the ordering rules and missing credits change it. Never refused: who sends bounds the backlog by
    /// looking at it.
    void send(pcie::TlpPtr tlp, SimTime earliest);
    /// The owner took a received TLP out of the receive buffer at `at`: its credits go back to the sender.
    void release(pcie::Tlp& tlp, SimTime at);

    /// TLPs that wait for credits.
    [[nodiscard]] std::size_t backlog() const noexcept { return backlog_; }
    /// When the wire could take another first beat.
    [[nodiscard]] SimTime wire_free_at() const noexcept { return wire_free_at_; }
    [[nodiscard]] const pcie::Credits& advertised() const noexcept { return advertised_; }
    /// Before the simulation: what the other side advertises.
    void set_limits(const pcie::Credits& limits) { limits_ = limits; }

private:
    struct Waiting {
        pcie::TlpPtr tlp;
        SimTime earliest;
        std::uint64_t order;
    };
    struct CreditReturn {
        SimTime at;
        pcie::FlowClass flow;
        pcie::CreditCost cost;
    };

    tlm::tlm_sync_enum nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;

    void commit(pcie::Tlp& tlp, SimTime earliest);
    [[nodiscard]] Waiting* next_allowed();
    void drain();
    void take_back_credits(SimTime until);

    PortOwner& owner_;
    pcie::Credits advertised_;
    pcie::Credits limits_;
    pcie::CreditAccount consumed_;
    std::array<std::deque<Waiting>, pcie::flow_class_count> waiting_;
    std::size_t backlog_ = 0; ///< in all of waiting_: looked at several times per TLP
    std::deque<CreditReturn> returning_;
    Timer retry_;
    SimTime wire_free_at_{};
    std::uint64_t last_order_ = 0;
    SimTime incoming_first_beat_{};
};

} // namespace rootpool::models
