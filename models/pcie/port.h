#pragma once

#include <array>
#include <cstdint>

#include "models/core/scheduler.h"
#include "models/pcie/link_listener.h"
#include "models/pcie/tlp_socket.h"
#include "models/pcie/transmit_slots.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/link_clock.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/wait_graph.h"

namespace rootpool::models {

class Port;

/// What a port belongs to: NIC, root complex, switch port.
class PortOwner {
public:
    virtual ~PortOwner() = default;
    /// A TLP comes in. Called in the sender's call chain: both times are at or after now, and in order for one port.
    /// The TLP occupies the port's receive buffer until the owner calls Port::release().
    virtual void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) = 0;
    /// The header of a TLP came in, but the TLP is not accepted at its last beat (docs/timing.md 3.9). Matters to who
    /// sends TLPs on before they are whole.
    virtual void on_bad_tlp(Port& /*port*/, const pcie::TlpPtr& /*tlp*/, SimTime /*first_beat*/,
                            SimTime /*last_beat*/) {}
    /// It is decided when a TLP that had to wait starts on the wire, see Port::room() and fewer_after(); or it
    /// was returned. May be called within Port::send(), be it of this TLP or of another. When it is decided depends on
    /// how far ahead the link looks; only the time that room() and fewer_after() say counts.
    virtual void on_room(Port& /*port*/) {}
    /// The link is down; the TLP was not sent (PCIe base 2.9.1).
    virtual void on_returned(Port& /*port*/, const pcie::TlpPtr& /*tlp*/) {}
    /// See LinkListener.
    virtual void on_link_error(Port& /*port*/, pcie::ErrorKind /*kind*/) {}
    virtual void on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& /*link*/) {}
    virtual void on_link_up(Port& /*port*/) {}
    virtual void on_link_down(Port& /*port*/) {}
    /// The owner knows that the other side takes nothing, and expects no more.
    [[nodiscard]] virtual bool is_fenced(const Port& /*port*/) const { return false; }
    /// A timer is set at whose end the owner lets TLPs of this port's receive buffer go, or answers them.
    [[nodiscard]] virtual bool waits_for_time(const Port& /*port*/) const { return false; }
    /// What the TLPs in this port's receive buffer wait for, when everything stands still.
    virtual void explain_waits(const Port& /*port*/, pcie::WaitGraph& /*graph*/) const {}
};

/// Transaction layer's end of a link: hands TLPs to the link and takes those that come.
///
/// Bind `transmit` and `receive` to the two sockets of one side of a Link.
class Port : public sc_core::sc_module,
             private TlpForwardInterface,
             private TlpBackwardInterface,
             private LinkListener {
public:
    TlpInitiatorSocket transmit{"transmit"};
    TlpTargetSocket receive{"receive"};

    /// TLPs of one class that wait in the transmit buffer of a port that looks at room().
    static constexpr std::size_t slots_of_each_class = 16;

    /// `advertised`: what this port's receive buffer holds, and so what the other side may have outstanding.
    Port(const sc_core::sc_module_name& name, PortOwner& owner, const pcie::Credits& advertised);

    /// The clock of the link that it is bound to; before the simulation.
    void set_link_clock(const pcie::LinkClock& clock) noexcept { clock_ = &clock; }
    /// When the header of a TLP is in the receive buffer that begins at `first_beat`.
    [[nodiscard]] SimTime header_end(const pcie::TlpHeader& header, SimTime first_beat) const noexcept;

    /// Sends a TLP whose first beat is ready at `earliest` (at or after now), its last at Tlp::last_beat. Order of
    /// calls is order of arrival in the queue; only the ordering rules and missing credits change it. Never refused:
    /// who sends bounds the backlog by looking at it.
    void send(const pcie::TlpPtr& tlp, SimTime earliest);
    /// The owner took a received TLP out of the receive buffer at `at`: its credits go back to the sender.
    void release(pcie::Tlp& tlp, SimTime at);

    /// TLPs that wait for the wire or for credits, as far as it is decided when they start.
    [[nodiscard]] std::size_t backlog() const noexcept { return slots_.waiting(); }
    [[nodiscard]] std::size_t backlog(pcie::FlowClass flow) const noexcept { return slots_.waiting(flow); }
    /// See TransmitSlots::fewer_after(): who paces himself by this does not depend on how far ahead the link decides.
    [[nodiscard]] SimTime fewer_after(std::size_t limit) const noexcept { return slots_.fewer_after(limit, now()); }
    /// See TransmitSlots::free_after().
    [[nodiscard]] const std::array<SimTime, pcie::flow_class_count>& room() const noexcept {
        return slots_.free_after();
    }
    /// What has a place of the transmit buffer, and what had one, at times that may be past or ahead.
    [[nodiscard]] const TransmitSlots& slots() const noexcept { return slots_; }
    [[nodiscard]] bool fenced() const { return owner_.is_fenced(*this); }
    [[nodiscard]] bool waits_for_time() const { return owner_.waits_for_time(*this); }
    void explain_waits(pcie::WaitGraph& graph) const { owner_.explain_waits(*this, graph); }
    [[nodiscard]] const pcie::Credits& advertised() const noexcept { return advertised_; }
    /// Resets what is below this port's link, as long as `held`. Without a link nothing happens.
    void hold_reset(bool held) {
        if (control_ != nullptr) {
            control_->hold_reset(held);
        }
    }
    void set_control(LinkControl& control) noexcept { control_ = &control; }
    /// Whom a link has to tell.
    [[nodiscard]] LinkListener& listener() noexcept { return *this; }

private:
    tlm::tlm_sync_enum nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;

    void on_link_error(pcie::ErrorKind kind) override { owner_.on_link_error(*this, kind); }
    void on_link_up() override { owner_.on_link_up(*this); }
    void on_link_down() override { owner_.on_link_down(*this); }
    void on_link_negotiated(const pcie::LinkParameters& link) override { owner_.on_link_negotiated(*this, link); }

    PortOwner& owner_;
    LinkControl* control_ = nullptr;
    pcie::Credits advertised_;
    const pcie::LinkClock* clock_ = nullptr;
    TransmitSlots slots_{slots_of_each_class};
};

} // namespace rootpool::models
