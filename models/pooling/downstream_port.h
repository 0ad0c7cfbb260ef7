#pragma once

#include <string_view>
#include <vector>

#include "models/pcie/watchdog.h"
#include "models/pooling/device_resets.h"
#include "rootpool/pooling/tagging.h"

namespace rootpool::models {

/// The downstream port of one device: link port, and timing around the device's sharing engine.
class DownstreamPort : public sc_core::sc_module, private PortOwner, private CrossbarSink {
public:
    struct Config {
        pooling::DeviceIndex device;
        SwitchTiming timing;
        const pooling::Tagging* tagging;
        pcie::Credits credits;
        unsigned roots;
        std::string_view arbiter;
        std::vector<unsigned> weights;    ///< of roots, see pooling::ArbiterConfig
        std::vector<unsigned> priorities; ///< of roots
        pcie::OrderingPolicy ordering;
        pcie::Credits root_quota;   ///< of the receive buffer
        pcie::Credits root_reserve; ///< beside it
        pooling::Switching switching;
    };
    DownstreamPort(const sc_core::sc_module_name& name, Scheduler& scheduler, const Config& config,
                   pooling::SharingEngine& engine);

    /// The upstream ports, by RootId; before the simulation.
    void connect(std::vector<UpstreamPort*> roots) { bridges_.connect(std::move(roots)); }

    void observe(GrantObserver& observer) noexcept {
        to_device_.observe(observer, {GrantPlace::Leads::to_device, config_.device.index()});
    }

    [[nodiscard]] Port& port() noexcept { return port_; }
    [[nodiscard]] const Port& port() const noexcept { return port_; }
    /// The virtual link of a root is in reset: its TLPs are dropped, lent functions reset, as edges after now see it.
    void reset_root(pcie::RootId root) { resets_.reset_root(root); }
    /// The master's bridge holds the device's link in reset, or lets it go.
    void hold_reset(bool held);
    /// Crossbar output to the device. Inputs: one per root, and internal_input() for completions that the switch makes
    /// itself.
    [[nodiscard]] CrossbarOutput& to_device() noexcept { return to_device_; }
    [[nodiscard]] std::size_t internal_input() const noexcept { return config_.roots; }
    /// The fence of a root took a TLP of this device out of its queue at `edge` (docs/timing.md 3.8).
    void end_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    /// What this port's TLPs for a root hold.
    [[nodiscard]] const RootQueue& queue(pcie::RootId root) const { return ingress_.queue(root); }
    [[nodiscard]] Waiting waiting() const noexcept;
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    [[nodiscard]] StageTimes times() const noexcept { return {ingress_.time(), egress_time_}; }
    /// Grants at the crossbar output toward the device and their waiting time.
    [[nodiscard]] const CrossbarOutput& output() const noexcept { return to_device_; }

private:
    [[nodiscard]] const CrossbarRoom& room() const override { return port_.room(); }
    [[nodiscard]] SimTime accepts_after(std::size_t input, const CrossbarEntry& entry, SimTime seen) override;
    void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) override;
    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_bad_tlp(Port& port, const pcie::TlpPtr& tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& port) override;
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_negotiated(Port& port, const pcie::LinkParameters& link) override;
    void on_link_up(Port& port) override;
    void on_link_down(Port& port) override;
    [[nodiscard]] unsigned egress_cycles() const noexcept {
        return config_.timing.arbitration + config_.timing.toward_device() + config_.timing.egress;
    }
    /// When the engine has decided about what is granted at `edge`.
    [[nodiscard]] SimTime decided_at(SimTime edge) const noexcept {
        return edge + config_.timing.cycles(config_.timing.toward_device());
    }
    [[nodiscard]] pcie::TlpPtr refuse_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    [[nodiscard]] pcie::TlpPtr through_engine(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    [[nodiscard]] bool cuts_through(const pcie::TlpHeader& header) const noexcept {
        return models::cuts_through(config_.switching, header);
    }

    Config config_;
    pooling::SharingEngine& engine_;
    Port port_;
    CrossbarOutput to_device_;
    InternalInput internal_;
    DeviceBridges bridges_;
    DeviceIngress ingress_;
    DeviceResets resets_;
    bool holds_reset_ = false;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    SimTime egress_time_{};
};

} // namespace rootpool::models
