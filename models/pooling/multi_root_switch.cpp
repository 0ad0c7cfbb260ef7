#include "models/pooling/multi_root_switch.h"

#include <algorithm>
#include <stdexcept>

#include "models/pooling/crossbar_waits.h"

namespace rootpool::models {
namespace {

using pooling::DeviceIndex;

pcie::RootId root_id(std::size_t index) { return pcie::RootId(static_cast<std::uint8_t>(index)); }
DeviceIndex device_index(std::size_t index) { return DeviceIndex(static_cast<std::uint8_t>(index)); }

pooling::PortSwitchingTable make_table(const MultiRootSwitchConfig& config) {
    const auto devices = static_cast<unsigned>(config.devices.size());
    if (config.paths.empty()) {
        return pooling::PortSwitchingTable::full(config.roots, devices);
    }
    pooling::PortSwitchingTable table(config.roots, devices);
    for (const auto& [root, device] : config.paths) {
        table.connect(root, device);
    }
    return table;
}

const pooling::Tagging& checked_tagging(const MultiRootSwitchConfig& config) {
    const pooling::Tagging* const tagging = pooling::find_tagging(config.tagging);
    if (tagging == nullptr) {
        throw std::invalid_argument("unknown tagging '" + config.tagging + "'");
    }
    if (config.roots == 0 || config.roots > tagging->max_roots) {
        throw std::invalid_argument("tagging '" + config.tagging + "' carries 1 to " +
                                    std::to_string(tagging->max_roots) + " roots");
    }
    return *tagging;
}

void check_device(const PooledDeviceConfig& device, DeviceIndex index, const pooling::PortSwitchingTable& ports) {
    if (!ports.path(device.master, index)) {
        throw std::invalid_argument("device " + std::to_string(index.value()) + ": its master has no path to it");
    }
    if (device.profile.total_vfs == 0 || device.profile.total_vfs > pooling::max_vfs) {
        throw std::invalid_argument("device " + std::to_string(index.value()) + ": an engine has 1 to " +
                                    std::to_string(pooling::max_vfs) + " entries");
    }
}

template <typename T>
std::vector<T*> pointers(const std::vector<std::unique_ptr<T>>& owners) {
    std::vector<T*> result;
    result.reserve(owners.size());
    for (const auto& owner : owners) {
        result.push_back(owner.get());
    }
    return result;
}

} // namespace

pcie::Credits MultiRootSwitchConfig::default_credits() noexcept {
    pcie::Credits credits;
    credits[pcie::FlowClass::posted].limit = {32, 512};
    credits[pcie::FlowClass::non_posted].limit = {32, 32};
    credits[pcie::FlowClass::completion].limit = {64, 512};
    return credits;
}

pcie::Credits MultiRootSwitchConfig::default_root_credits() noexcept {
    pcie::Credits credits = default_credits();
    for (pcie::ClassCredits& of : credits.of) {
        of.limit = {of.limit.headers / 2, of.limit.data / 2};
    }
    return credits;
}

MultiRootSwitch::MultiRootSwitch(const sc_core::sc_module_name& name, Scheduler& scheduler, pcie::TlpFactory& factory,
                                 const MultiRootSwitchConfig& config)
    : sc_module(name), ports_(make_table(config)),
      timing_(config.timing ? *config.timing : SwitchTiming(pooling::switch_profile(config.profile))) {
    const pooling::Tagging& tagging = checked_tagging(config);
    make_engines(config, factory);
    for (std::size_t root = 0; root < config.roots; ++root) {
        pooling::BridgeListener& listener = *this;
        switches_.push_back(std::make_unique<pooling::VirtualSwitch>(root_id(root), ports_, listener, factory));
    }
    manager_ = std::make_unique<pooling::PoolManager>(ports_, pointers(engines_), pointers(switches_));
    for (std::size_t root = 0; root < config.roots; ++root) {
        registers_.push_back(std::make_unique<pooling::ManagementRegisters>(
            root_id(root), config.roots, masters_, *manager_, static_cast<pooling::RootFences&>(*this)));
        switches_[root]->set_management(*registers_[root]);
    }
    make_ports(config, tagging, scheduler, factory);
    connect();
}

void MultiRootSwitch::make_engines(const MultiRootSwitchConfig& config, pcie::TlpFactory& factory) {
    for (std::size_t device = 0; device < config.devices.size(); ++device) {
        check_device(config.devices[device], device_index(device), ports_);
        masters_.push_back(config.devices[device].master);
        pooling::SharingEngineConfig engine;
        engine.profile = config.devices[device].profile;
        engine.master = config.devices[device].master;
        engine.roots = config.roots;
        engine.ari = config.ari;
        engine.return_route = config.return_route;
        engine.interrupts = config.interrupts;
        engine.route.roots = config.roots;
        engine.route.quota_per_root = config.quota_per_root;
        engines_.push_back(std::make_unique<pooling::SharingEngine>(engine, factory));
    }
}

void MultiRootSwitch::make_ports(const MultiRootSwitchConfig& config, const pooling::Tagging& tagging,
                                 Scheduler& scheduler, pcie::TlpFactory& factory) {
    const auto devices = static_cast<unsigned>(config.devices.size());
    for (std::size_t root = 0; root < config.roots; ++root) {
        const UpstreamPort::Config port{root_id(root),   timing_,        &tagging,        config.upstream_credits,
                                        devices,         config.arbiter, config.ordering, config.fence_timeout,
                                        config.switching};
        const std::string port_name = "upstream" + std::to_string(root);
        upstream_.push_back(
            std::make_unique<UpstreamPort>(port_name.c_str(), scheduler, factory, port, *switches_[root]));
    }
    for (std::size_t device = 0; device < devices; ++device) {
        const DownstreamPort::Config port{
            device_index(device), timing_,         &tagging,          config.downstream_credits, config.roots,
            config.arbiter,       config.weights,  config.priorities, config.ordering,           config.root_quota,
            config.root_reserve,  config.switching};
        const std::string port_name = "downstream" + std::to_string(device);
        downstream_.push_back(std::make_unique<DownstreamPort>(port_name.c_str(), scheduler, port, *engines_[device]));
    }
}

void MultiRootSwitch::connect() {
    for (const auto& port : downstream_) {
        port->connect(pointers(upstream_));
    }
    for (const auto& port : upstream_) {
        port->connect(pointers(downstream_));
    }
    for (std::size_t device = 0; device < masters_.size(); ++device) {
        switches_[masters_[device].index()]->set_presence(device_index(device),
                                                          true); // the master owns the device itself
    }
}

std::uint64_t MultiRootSwitch::moves() const {
    std::uint64_t sum = 0;
    for (const auto& port : upstream_) {
        sum += port->output().granted();
    }
    for (const auto& port : downstream_) {
        sum += port->output().granted();
    }
    return sum;
}

Waiting MultiRootSwitch::waiting() const {
    Waiting most = Waiting::nothing;
    const auto look_at = [&most](Waiting waiting) {
        if (most != Waiting::for_time && waiting != Waiting::nothing) {
            most = waiting;
        }
    };
    for (const auto& port : upstream_) {
        look_at(port->waiting());
    }
    for (const auto& port : downstream_) {
        look_at(port->waiting());
    }
    return most;
}

void MultiRootSwitch::explain(pcie::WaitGraph& graph) const {
    for (const auto& port : upstream_) {
        explain_waits(port->output(), std::string(port->name()) + " output", port->port(), graph);
    }
    for (const auto& port : downstream_) {
        explain_waits(port->output(), std::string(port->name()) + " output", port->port(), graph);
    }
}

void MultiRootSwitch::observe(GrantObserver& observer) noexcept {
    for (const auto& port : upstream_) {
        port->observe(observer);
    }
    for (const auto& port : downstream_) {
        port->observe(observer);
    }
}

std::uint64_t MultiRootSwitch::refusals(pcie::RootId root, pooling::RefusalCause cause) const {
    std::uint64_t sum = switches_.at(root.index())->refused()[cause];
    for (const auto& engine : engines_) {
        sum += engine->counters(root).refused[cause];
    }
    return sum;
}

void MultiRootSwitch::on_secondary_bus(pcie::RootId root, DeviceIndex device, pcie::Bdf bridge, std::uint8_t bus) {
    pooling::SharingEngine& engine = *engines_[device.index()];
    engine.set_slave_bus(root, bus);
    if (root == engine.master() && bridge != pcie::Bdf{}) { // after a reset of the bridge it keeps its number
        engine.set_engine_id(bridge);
    }
}

/// The link and the device below it are the master's: its reset is one of the device too, a slave's reaches its
/// functions only.
void MultiRootSwitch::on_secondary_reset(pcie::RootId root, DeviceIndex device, bool held) {
    DownstreamPort& port = *downstream_[device.index()];
    if (root == engines_[device.index()]->master()) {
        port.hold_reset(held);
    }
    if (held) {
        port.reset_root(root);
    }
}

} // namespace rootpool::models
