#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/pcie/watchdog.h"
#include "models/pooling/downstream_port.h"
#include "models/pooling/upstream_port.h"
#include "rootpool/pooling/management_registers.h"
#include "rootpool/pooling/pool_manager.h"
#include "rootpool/pooling/port_switching_table.h"
#include "rootpool/pooling/root_fences.h"
#include "rootpool/pooling/sharing_engine.h"

namespace rootpool::models {

/// One pooled device.
struct PooledDeviceConfig {
    pcie::RootId master;
    pooling::DeviceProfile profile;
};

struct MultiRootSwitchConfig {
    unsigned roots = 1;
    std::vector<PooledDeviceConfig> devices;
    /// Empty: every root reaches every device. Otherwise exactly these pairs; bridges are numbered in this order.
    std::vector<std::pair<pcie::RootId, pooling::DeviceIndex>> paths;
    std::string return_route = "scoreboard"; ///< pooling::return_route_names()
    std::string interrupts = "direct";       ///< pooling::interrupt_route_names()
    std::string tagging = "reserved_bits";   ///< pooling::tagging_names()
    std::string arbiter = "round_robin";     ///< pooling::arbiter_names()
    std::vector<unsigned> weights;           ///< of roots toward a device, see pooling::ArbiterConfig
    std::vector<unsigned> priorities;        ///< of roots toward a device
    pcie::OrderingPolicy ordering = pcie::OrderingPolicy::table; ///< fifo shows what the queues are for
    std::string profile = "fpga-prototype";                      ///< pooling::switch_profile_names()
    pooling::Switching switching = pooling::Switching::store_and_forward;
    std::optional<SwitchTiming> timing = {}; ///< instead of a profile's
    bool ari = false;
    pcie::Credits root_quota = default_root_credits();   ///< of one root in a device port's receive buffer
    pcie::Credits root_reserve = default_root_credits(); ///< of one root beside it
    SimTime fence_timeout = 200us;                       ///< a root that takes nothing for so long is fenced; 0: never
    unsigned quota_per_root = 32; ///< non-posted requests of one root at one device, scoreboard only
    pcie::Credits upstream_credits = default_credits();
    pcie::Credits downstream_credits = default_credits();

    /// 32 headers and 8 KB of each class: every port buffers what it may have to hold back.
    [[nodiscard]] static pcie::Credits default_credits() noexcept;
    /// Half of that.
    [[nodiscard]] static pcie::Credits default_root_credits() noexcept;
};

/// The multi-root switch: an upstream port per root, a downstream port with a sharing engine per device, and the
/// crossbar between them.
///
/// Throws std::invalid_argument for a configuration that cannot be: unknown strategy, more roots than the tagging
/// carries, master without path, more VFs than an engine has entries.
class MultiRootSwitch : public sc_core::sc_module,
                        public WatchedPart,
                        private pooling::BridgeListener,
                        private pooling::RootFences {
public:
    MultiRootSwitch(const sc_core::sc_module_name& name, Scheduler& scheduler, pcie::TlpFactory& factory,
                    const MultiRootSwitchConfig& config);

    /// Bind these to links: the switch is the downstream component of an upstream port's link and the upstream
    /// component of a device's.
    [[nodiscard]] Port& upstream_port(pcie::RootId root) { return upstream_.at(root.index())->port(); }
    [[nodiscard]] Port& downstream_port(pooling::DeviceIndex device) { return downstream_.at(device.index())->port(); }

    [[nodiscard]] pooling::PoolManager& pool_manager() noexcept { return *manager_; }
    [[nodiscard]] bool fenced(pcie::RootId root) const override { return upstream(root).fence().holds_at(now()); }
    void unfence(pcie::RootId root) override { upstream_.at(root.index())->fence().end(now()); }
    /// Tells `observer` of all grants of the crossbar.
    void observe(GrantObserver& observer) noexcept;

    // --- for who sets up without TLPs what software would, before the simulation
    [[nodiscard]] pooling::SharingEngine& engine(pooling::DeviceIndex device) { return *engines_.at(device.index()); }
    [[nodiscard]] pooling::VirtualSwitch& virtual_switch(pcie::RootId root) { return *switches_.at(root.index()); }

    [[nodiscard]] const pooling::PortSwitchingTable& port_switching_table() const noexcept { return ports_; }

    // --- for statistics and tests
    [[nodiscard]] const UpstreamPort& upstream(pcie::RootId root) const { return *upstream_.at(root.index()); }
    [[nodiscard]] const DownstreamPort& downstream(pooling::DeviceIndex device) const {
        return *downstream_.at(device.index());
    }
    [[nodiscard]] const pooling::SharingEngine& engine(pooling::DeviceIndex device) const {
        return *engines_.at(device.index());
    }
    [[nodiscard]] const pooling::VirtualSwitch& virtual_switch(pcie::RootId root) const {
        return *switches_.at(root.index());
    }
    [[nodiscard]] std::size_t roots() const noexcept { return upstream_.size(); }
    [[nodiscard]] std::size_t devices() const noexcept { return downstream_.size(); }
    [[nodiscard]] const SwitchTiming& timing() const noexcept { return timing_; }
    // --- for the watchdog
    [[nodiscard]] std::uint64_t moves() const override;
    [[nodiscard]] Waiting waiting() const override;
    void explain(pcie::WaitGraph& graph) const override;

    /// Refusals of one root, switch and engines together.
    [[nodiscard]] std::uint64_t refusals(pcie::RootId root, pooling::RefusalCause cause) const;

private:
    void on_secondary_bus(pcie::RootId root, pooling::DeviceIndex device, pcie::Bdf bridge, std::uint8_t bus) override;
    void on_secondary_reset(pcie::RootId root, pooling::DeviceIndex device, bool held) override;
    void make_engines(const MultiRootSwitchConfig& config, pcie::TlpFactory& factory);
    void make_ports(const MultiRootSwitchConfig& config, const pooling::Tagging& tagging, Scheduler& scheduler,
                    pcie::TlpFactory& factory);
    void connect();

    pooling::PortSwitchingTable ports_;
    SwitchTiming timing_;
    std::vector<pcie::RootId> masters_;
    std::vector<std::unique_ptr<pooling::SharingEngine>> engines_;
    std::vector<std::unique_ptr<pooling::VirtualSwitch>> switches_;
    std::unique_ptr<pooling::PoolManager> manager_;
    std::vector<std::unique_ptr<pooling::ManagementRegisters>> registers_;
    std::vector<std::unique_ptr<UpstreamPort>> upstream_;
    std::vector<std::unique_ptr<DownstreamPort>> downstream_;
};

} // namespace rootpool::models
