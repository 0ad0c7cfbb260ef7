#pragma once

#include <string>
#include <vector>

#include "models/pcie/link_end.h"
#include "models/pcie/port.h"
#include "models/pcie/watchdog.h"

namespace rootpool::models {

/// A PCI Express link between the ports of an upstream component (nearer to the root) and a downstream component.
///
/// Decisions are taken in advance where nothing can change them any more, and otherwise when time has come, by one
/// timer; what nobody waits for (Ack, UpdateFC, SKP of a link without TLPs) is worked off when somebody comes.
class Link : public sc_core::sc_module, public WatchedPart, private LinkEndOwner, private LinkControl {
public:
    Link(const sc_core::sc_module_name& name, Scheduler& scheduler, const LinkConfig& config);

    /// Binds both ports and tells each end what its port advertises.
    void connect(Port& upstream_component, Port& downstream_component);
    /// Announces the directions as places "<label>.down" and "<label>.up".
    void observe(pcie::TlpObserver& observer, const std::string& label);
    /// Everything that is sent, with places 0 (down) and 1 (up).
    void observe(pcie::LinkObserver& observer);
    /// Faults of both directions; null: none. Before the simulation.
    void set_faults(pcie::FaultSource* down, pcie::FaultSource* up);
    /// Is told of every TLP that comes to this link; before the simulation.
    void set_watchdog(Watchdog& watchdog);
    /// When the link is down; before the simulation, in order and without overlap.
    void set_down_times(std::vector<TimeSpan> times);

    /// No TLP that is decided now starts this much later or more.
    [[nodiscard]] SimTime look_ahead_span() const noexcept { return timing_.clock.time(timing_.update_limit + 2); }
    /// Decides from now on only what starts now: before the run ends, for whatever was decided counts.
    void stop_looking_ahead() noexcept { look_ahead_ = false; }

    /// Packets from the upstream component, and from the downstream component. Up to now.
    [[nodiscard]] const LinkEnd& down() { return settled(upstream_end_); }
    [[nodiscard]] const LinkEnd& up() { return settled(downstream_end_); }

    [[nodiscard]] const pcie::LinkParameters& parameters() const noexcept { return parameters_; }
    /// How often it went down.
    [[nodiscard]] std::uint64_t downs() const noexcept { return downs_; }

    [[nodiscard]] std::uint64_t moves() const override;
    [[nodiscard]] Waiting waiting() const override;
    void explain(pcie::WaitGraph& graph) const override;

private:
    void start_of_simulation() override;
    void on_input(LinkEnd& end) override;
    void on_retrain(pcie::LinkTick from, pcie::LinkTick until) override;
    void hold_reset(bool held) override;

    void run();
    void run_to_now();
    [[nodiscard]] const LinkEnd& settled(LinkEnd& end);
    void look_ahead();
    void run_ahead(LinkEnd& end, const LinkEnd& other, pcie::LinkTick current) const;
    void change_state(pcie::LinkTick tick);
    void begin_down_time(pcie::LinkTick tick);
    [[nodiscard]] pcie::LinkTick next_down() const noexcept;
    [[nodiscard]] pcie::LinkTick next_up();
    void arm();
    [[nodiscard]] pcie::LinkTick wake_tick(const LinkEnd& end, const LinkEnd& other) const noexcept;
    [[nodiscard]] pcie::LinkTick update_tick(const LinkEnd& end, const LinkEnd& other) const noexcept;

    pcie::LinkParameters parameters_;
    LinkTiming timing_;
    LinkEnd upstream_end_;
    LinkEnd downstream_end_;
    Timer timer_;
    const Port* upstream_component_ = nullptr;
    const Port* downstream_component_ = nullptr;
    Watchdog* watchdog_ = nullptr;
    std::vector<TimeSpan> down_times_;
    std::size_t next_down_ = 0;
    bool up_ = false;
    std::uint64_t downs_ = 0;
    pcie::LinkTick scripted_until_ = 0;         ///< end of the down time that has begun
    pcie::LinkTick reset_from_ = pcie::no_tick; ///< when a hot reset takes the link down, or did
    pcie::LinkTick reset_until_ = 0;            ///< no_tick while it is held
    bool look_ahead_;
    pcie::LinkTick next_change_ = pcie::no_tick; ///< of up_
    bool running_ = false;
};

} // namespace rootpool::models
