#include "models/platform/topology.h"

#include <string>

#include "models/platform/config_mapping.h"
#include "models/platform/link_metrics.h"
#include "rootpool/core/error.h"

namespace rootpool::models {

Topology::Topology(const sc_core::sc_module_name& name, const scenario::Config& config)
    : sc_module(name), config_(config), scheduler_(make_scheduler("scheduler", config.simulation.timers)) {
    if (config.watchdog != SimTime{0}) {
        watchdog_.emplace(*scheduler_, config.watchdog, Watchdog::Report::to<&Topology::on_standstill>(*this));
    }
    make_servers();
    make_devices();
    make_switch();
    make_links();
    make_cables();
}

Topology::~Topology() = default;

void Topology::on_standstill(const std::string& reason) {
    standstill_ = reason;
    KernelTime::pause();
}

void Topology::make_servers() {
    for (const scenario::ServerConfig& server : config_.servers) {
        servers_.push_back(
            std::make_unique<Server>(("server_" + server.name).c_str(), server_config(server), *scheduler_, tlps_));
    }
}

void Topology::make_devices() {
    devices_.resize(config_.devices.size());
    for (std::size_t i = 0; i < config_.devices.size(); ++i) {
        const std::string module = "device_" + config_.devices[i].name;
        if (config_.devices[i].model == scenario::DeviceModel::dma_probe) {
            make_dma_probe(i, module);
        } else {
            make_nic(i, module);
        }
    }
}

void Topology::make_nic(std::size_t index, const std::string& module) {
    Nic82599Config settings = nic_config(config_.devices[index], index);
    settings.mac = nic_mac_address(config_.seed, index);
    devices_[index].nic = std::make_unique<Nic82599>(module.c_str(), settings, *scheduler_, tlps_, frames_);
}

void Topology::make_dma_probe(std::size_t index, const std::string& module) {
    const scenario::DeviceConfig& device = config_.devices[index];
    DmaProbeConfig settings;
    settings.link = attached_link_config(config_.server(*device.attach), device).parameters;
    settings.tags = device.tags;
    settings.receive_credits = device.link.credits;
    devices_[index].dma_probe = std::make_unique<DmaProbe>(module.c_str(), settings, *scheduler_, tlps_);
}

void Topology::make_switch() {
    if (config_.multi_root_switch) {
        switch_ = std::make_unique<MultiRootSwitch>("switch", *scheduler_, tlps_, switch_config(config_));
        if (watchdog_) {
            watchdog_->watch(*switch_);
        }
    }
}

void Topology::connect(const std::string& owner, const std::string& name, LinkConfig link,
                       const scenario::LinkFaults& faults, Port& upstream, Port& downstream) {
    const std::string label = link_label(name);
    const std::string module = "link" + std::to_string(links_.size());
    link.look_ahead = config_.simulation.look_ahead;
    NamedLink made{owner + "." + name, label, fault_source(faults, LinkDirection::down, label, config_.seed),
                   fault_source(faults, LinkDirection::up, label, config_.seed),
                   std::make_unique<Link>(module.c_str(), *scheduler_, link)};
    made.link->connect(upstream, downstream);
    made.link->set_faults(made.down_faults->empty() ? nullptr : made.down_faults.get(),
                          made.up_faults->empty() ? nullptr : made.up_faults.get());
    made.link->set_down_times(faults.down_times);
    if (watchdog_) {
        made.link->set_watchdog(*watchdog_);
    }
    links_.push_back(std::move(made));
}

void Topology::make_links() {
    for (std::size_t i = 0; i < config_.devices.size(); ++i) {
        const scenario::DeviceConfig& device = config_.devices[i];
        if (device.attach) {
            const scenario::ServerConfig& server = config_.server(*device.attach);
            connect("server", server.name, attached_link_config(server, device), server.link.faults,
                    servers_[device.attach->index()]->root_complex().port, devices_[i].port());
        }
    }
    if (!switch_) {
        return;
    }
    const scenario::SwitchConfig& config = *config_.multi_root_switch;
    for (std::size_t root = 0; root < config.upstream.size(); ++root) {
        const scenario::ServerId id = config.upstream[root];
        connect("server", config_.server(id).name, link_config(config_.server(id)), config_.server(id).link.faults,
                servers_[id.index()]->root_complex().port,
                switch_->upstream_port(pcie::RootId(static_cast<std::uint8_t>(root))));
    }
    for (std::size_t port = 0; port < config.downstream.size(); ++port) {
        const scenario::DeviceId id = config.downstream[port];
        connect("device", config_.device(id).name,
                device_link_config(config_.device(id), config_.server(config.master)), config_.device(id).link.faults,
                switch_->downstream_port(pooling::DeviceIndex(static_cast<std::uint8_t>(port))),
                devices_[id.index()].port());
    }
}

SimTime Topology::look_ahead_span() const noexcept {
    SimTime span{};
    for (const NamedLink& link : links_) {
        span = std::max(span, link.link->look_ahead_span());
    }
    return span;
}

void Topology::stop_looking_ahead() noexcept {
    for (NamedLink& link : links_) {
        link.link->stop_looking_ahead();
    }
}

void Topology::add_link_metrics(observe::MetricSet& metrics) {
    for (const NamedLink& link : links_) {
        models::add_link_metrics(metrics, link.owner, *link.link);
    }
}

void Topology::make_cables() {
    for (std::size_t i = 0; i < config_.cables.size(); ++i) {
        const scenario::CableConfig& cable = config_.cables[i];
        cables_.push_back(std::make_unique<Cable>(("cable" + std::to_string(i)).c_str(), cable.delay));
        cables_.back()->connect(*devices_[cable.a.index()].nic, *devices_[cable.b.index()].nic);
    }
}

void Topology::observe(pcie::TlpObserver& tlps, net::FrameObserver& frames) {
    for (NamedLink& link : links_) {
        link.link->observe(tlps, link.label);
    }
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        if (devices_[i].nic) {
            devices_[i].nic->observe(frames, config_.devices[i].name + "-0");
        }
    }
}

} // namespace rootpool::models
