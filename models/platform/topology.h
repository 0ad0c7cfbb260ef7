#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/scheduler.h"
#include "models/host/server.h"
#include "models/net/cable.h"
#include "models/nic/nic_82599.h"
#include "models/pcie/dma_probe.h"
#include "models/pcie/link.h"
#include "models/pcie/watchdog.h"
#include "models/pooling/multi_root_switch.h"
#include "rootpool/net/frame.h"
#include "rootpool/observe/metrics.h"
#include "rootpool/pcie/fault_sources.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

/// The hardware of a scenario: servers, switch, devices, links and cables, made and connected as the script says.
class Topology : public sc_core::sc_module {
public:
    Topology(const sc_core::sc_module_name& name, const scenario::Config& config);
    ~Topology() override;

    /// Every link and MAC announces itself; before the simulation.
    void observe(pcie::TlpObserver& tlps, net::FrameObserver& frames);

    [[nodiscard]] Scheduler& scheduler() noexcept { return *scheduler_; }
    [[nodiscard]] Server& server(scenario::ServerId id) { return *servers_.at(id.index()); }
    /// Null when the device is of another model.
    [[nodiscard]] Nic82599* nic(scenario::DeviceId id) { return devices_.at(id.index()).nic.get(); }
    [[nodiscard]] DmaProbe* dma_probe(scenario::DeviceId id) { return devices_.at(id.index()).dma_probe.get(); }
    [[nodiscard]] std::size_t device_count() const noexcept { return devices_.size(); }
    /// Null when the scenario has no switch.
    [[nodiscard]] MultiRootSwitch* multi_root_switch() noexcept { return switch_.get(); }

    /// Why the fabric cannot go on, if it stands still; then the simulation has paused.
    [[nodiscard]] const std::optional<std::string>& standstill() const noexcept { return standstill_; }
    /// No TLP that a link decides now starts this much later or more.
    [[nodiscard]] SimTime look_ahead_span() const noexcept;
    /// See Link.
    void stop_looking_ahead() noexcept;
    /// What happened on every link until now.
    void add_link_metrics(observe::MetricSet& metrics);

    /// Names of the two directions of a server's link, as observers know them.
    [[nodiscard]] static std::string link_label(const std::string& component) { return component + ".link"; }

private:
    /// One of them.
    struct Device {
        std::unique_ptr<Nic82599> nic;
        std::unique_ptr<DmaProbe> dma_probe;

        [[nodiscard]] Port& port() const { return nic ? nic->port() : dma_probe->port; }
    };
    struct NamedLink {
        std::string owner; ///< in names of metrics: the server or device whose link it is
        std::string label;
        std::unique_ptr<pcie::CombinedFaults> down_faults; // before the link, which asks them
        std::unique_ptr<pcie::CombinedFaults> up_faults;
        std::unique_ptr<Link> link;
    };

    void on_standstill(const std::string& reason);
    void make_servers();
    void make_devices();
    void make_nic(std::size_t index, const std::string& module);
    void make_dma_probe(std::size_t index, const std::string& module);
    void make_switch();
    void make_links();
    void make_cables();
    void connect(const std::string& owner, const std::string& name, LinkConfig link, const scenario::LinkFaults& faults,
                 Port& upstream, Port& downstream);

    const scenario::Config& config_;
    std::unique_ptr<Scheduler> scheduler_;
    std::optional<Watchdog> watchdog_;
    std::optional<std::string> standstill_;
    pcie::TlpFactory tlps_; // before everything that holds TLPs
    net::FramePool frames_;
    std::vector<std::unique_ptr<Server>> servers_;
    std::vector<Device> devices_;
    std::unique_ptr<MultiRootSwitch> switch_;
    std::vector<NamedLink> links_;
    std::vector<std::unique_ptr<Cable>> cables_;
};

} // namespace rootpool::models
