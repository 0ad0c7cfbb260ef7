#include "models/platform/platform.h"

#include "models/platform/script_order.h"
#include "models/platform/step_results.h"

#include <fmt/format.h>

#include "rootpool/core/error.h"
#include "rootpool/core/hash.h"

namespace rootpool::models {

namespace {

[[nodiscard]] net::Ipv4Address netmask(unsigned prefix) { return net::Ipv4Address(~0U << (32U - prefix)); }

/// "server1.vf0" -> "vf0"
[[nodiscard]] std::string label_of(const std::string& interface) { return interface.substr(interface.rfind('.') + 1); }

[[nodiscard]] OperatingSystemConfig system_config(const scenario::Config& config, scenario::ServerId id) {
    OperatingSystemConfig result;
    core::RunningHash seed;
    seed.add(config.seed);
    seed.add(id.value());
    result.seed = seed.value();
    result.netmask = netmask(scenario::network_prefix);
    const scenario::TcpConfig& tcp = config.server(id).tcp;
    result.network.tcp.receive_buffer = static_cast<std::uint32_t>(tcp.receive_buffer);
    result.network.tcp.timestamps = tcp.timestamps;
    if (!tcp.segmentation_offload) {
        result.network.tcp.tso_maximum = 0;
    }
    result.network.send_buffer = static_cast<std::uint32_t>(tcp.send_buffer);
    for (const scenario::InterfaceConfig& interface : config.interfaces) {
        if (interface.server == id) {
            result.addresses.emplace_back(label_of(interface.name), net::Ipv4Address(interface.address.value()));
        }
    }
    for (const scenario::DeviceConfig& device : config.devices) {
        if (device.attach == id && device.model == scenario::DeviceModel::intel_82599) {
            result.sriov_vfs.push_back(device.vfs);
        }
    }
    if (config.multi_root_switch && config.multi_root_switch->master == id) {
        for (const scenario::DeviceId device : config.multi_root_switch->downstream) {
            result.sriov_vfs.push_back(config.device(device).vfs);
        }
        result.drives_own_vfs = false;
    }
    return result;
}

/// Without queueing; there is none before the first TLP.
void add_minimum(observe::MetricSet& metrics, std::string name, const LatencyStatistics& latency, const char* text) {
    if (latency.count() != 0) {
        metrics.add(std::move(name), std::chrono::duration<double>(latency.min()).count(), "s", text);
    }
}

/// What the sharing engines did to interrupts, and the memory that their tables need.
void add_engine_metrics(observe::MetricSet& metrics, const MultiRootSwitch& pool) {
    std::uint64_t interrupts = 0;
    pooling::EngineTableSizes sizes;
    for (std::size_t device = 0; device < pool.devices(); ++device) {
        const pooling::SharingEngine& engine = pool.engine(pooling::DeviceIndex(static_cast<std::uint8_t>(device)));
        for (std::size_t root = 0; root < pool.roots(); ++root) {
            interrupts += engine.counters(pcie::RootId(static_cast<std::uint8_t>(root))).interrupts;
        }
        sizes.ids += engine.table_sizes().ids;
        sizes.addresses += engine.table_sizes().addresses;
        sizes.interrupts += engine.table_sizes().interrupts;
    }
    metrics.add("switch.interrupts_translated", interrupts, "1",
                "Interrupt messages that got the slave's address and data");
    metrics.add("switch.tables", sizes.ids + sizes.addresses, "B", "ID and address tables of all sharing engines");
    metrics.add("switch.interrupt_tables", sizes.interrupts, "B", "Addresses and data of translated interrupts");
}

/// How much roots were in each other's way at the devices' ports.
void add_fairness_metrics(observe::MetricSet& metrics, const MultiRootSwitch& pool) {
    std::uint64_t fences = 0;
    std::uint64_t fenced = 0;
    std::uint64_t moved = 0;
    SimTime head_of_line{};
    for (std::size_t root = 0; root < pool.roots(); ++root) {
        const pcie::RootId id(static_cast<std::uint8_t>(root));
        fences += pool.upstream(id).fence().fences();
        fenced += pool.virtual_switch(id).refused()[pooling::RefusalCause::fenced];
        for (std::size_t device = 0; device < pool.devices(); ++device) {
            const RootQueue& queue = pool.downstream(pooling::DeviceIndex(static_cast<std::uint8_t>(device))).queue(id);
            moved += queue.moved();
            head_of_line += queue.head_of_line();
        }
    }
    metrics.add("switch.reserve_used", moved, "TLPs", "TLPs of devices that were above the quota of their root");
    metrics.add("switch.head_of_line", std::chrono::duration<double>(head_of_line).count(), "s",
                "Time that TLPs above the quota of their root, and of its reserve, stood in a device's port");
    metrics.add("switch.fences", fences, "1", "How often a root was cut off because it took nothing");
    metrics.add("switch.fenced_tlps", fenced, "TLPs", "TLPs from and for roots that were cut off");
}

} // namespace

Platform::Platform(const scenario::Config& config, const cli::RunOptions& options)
    : config_(config), files_(config, options), topology_("topology", config), workloads_(*this, metrics_),
      pcie_benchmark_(*this, metrics_) {
    topology_.observe(files_.tlps(), files_.frames());
    make_systems();
}

Platform::~Platform() = default;

void Platform::make_systems() {
    for (std::size_t i = 0; i < config_.servers.size(); ++i) {
        const scenario::ServerId id(static_cast<std::uint8_t>(i));
        systems_.push_back(
            std::make_unique<OperatingSystem>(topology_.server(id), files_.kernel_log(id), system_config(config_, id)));
    }
}

void Platform::power_on(scenario::ServerId id) {
    files_.powered_on(id, now());
    system(id).boot();
}

void Platform::dump_all_functions() {
    for (std::size_t i = 0; i < systems_.size(); ++i) {
        if (systems_[i]->booted()) {
            files_.write_lspci(config_.servers[i].name, "", systems_[i]->lspci());
        }
    }
}

void Platform::note_functions(const std::string& label, scenario::ServerId id) {
    std::uint64_t functions = 0;
    std::uint64_t virtual_functions = 0;
    system(id).pci().for_each([&](host::PciDevice& device) {
        ++functions;
        virtual_functions += device.vendor == 0x8086 && device.device == 0x10ED && !device.is_vf ? 1 : 0;
    });
    StepResults results(metrics_, "lspci", label);
    results.add("functions", functions);
    results.add("virtual_functions", virtual_functions);
}

bool Platform::frames_under_way() {
    for (const scenario::CableConfig& cable : config_.cables) {
        const NicCounters& a = topology_.nic(cable.a)->counters();
        const NicCounters& b = topology_.nic(cable.b)->counters();
        if (a.frames_sent != b.frames_received || b.frames_sent != a.frames_received) {
            return true;
        }
    }
    for (std::size_t i = 0; i < topology_.device_count(); ++i) {
        const Nic82599* nic = topology_.nic(scenario::DeviceId(static_cast<std::uint8_t>(i)));
        if (nic != nullptr && nic->frames_inside() != 0) {
            return true;
        }
    }
    return false;
}

void Platform::check_conservation() {
    for (std::size_t i = 0; i < topology_.device_count(); ++i) {
        if (const Nic82599* nic = topology_.nic(scenario::DeviceId(static_cast<std::uint8_t>(i)))) {
            nic->check_frames_accounted();
        }
    }
    for (const scenario::CableConfig& cable : config_.cables) {
        const NicCounters& a = topology_.nic(cable.a)->counters();
        const NicCounters& b = topology_.nic(cable.b)->counters();
        if (a.frames_sent != b.frames_received || b.frames_sent != a.frames_received) {
            throw core::ModelViolation(fmt::format(
                "frames are unaccounted for on the cable {} - {}: {} sent, {} received; {} sent, {} received",
                config_.device(cable.a).name, config_.device(cable.b).name, a.frames_sent, b.frames_received,
                b.frames_sent, a.frames_received));
        }
    }
}

observe::MetricSet Platform::collect_metrics() {
    observe::MetricSet metrics = in_script_order(metrics_, config_.timeline);
    files_.aliases().add_metrics(metrics);
    metrics.add("links.tlps", files_.hash().tlps(), "TLPs",
                "TLPs put on links: one that crosses two links counts twice");
    topology_.add_link_metrics(metrics);
    add_device_metrics(metrics);
    add_fabric_metrics(metrics);
    return metrics;
}

void Platform::add_device_metrics(observe::MetricSet& metrics) {
    for (std::size_t i = 0; i < topology_.device_count(); ++i) {
        const Nic82599* device = topology_.nic(scenario::DeviceId(static_cast<std::uint8_t>(i)));
        if (device == nullptr) {
            continue;
        }
        const NicCounters& counters = device->counters();
        const std::string prefix = "device." + config_.devices[i].name + ".";
        metrics.add(prefix + "frames_sent", counters.frames_sent, "1", "Frames put on the wire");
        metrics.add(prefix + "frames_received", counters.frames_received, "1", "Frames taken from the wire");
        metrics.add(prefix + "frames_delivered", counters.delivered, "1", "Copies of frames written to host memory");
        metrics.add(prefix + "frames_dropped", counters.all_drops(), "1", "Frames and copies dropped, all causes");
        metrics.add(prefix + "interrupts", counters.interrupts_sent, "1", "MSI-X messages sent");
        const LatencyStatistics& completions = device->latency()[pcie::TlpKind::completion_with_data];
        metrics.add(prefix + "to_device_latency", std::chrono::duration<double>(completions.mean()).count(), "s",
                    "Mean time of read completions from the root complex to the device");
        add_minimum(metrics, prefix + "to_device_latency_min", completions,
                    "Smallest time of a read completion from the root complex to the device");
    }
}

void Platform::add_fabric_metrics(observe::MetricSet& metrics) {
    for (std::size_t i = 0; i < config_.servers.size(); ++i) {
        const scenario::ServerId id(static_cast<std::uint8_t>(i));
        Server& server = topology_.server(id);
        const std::string prefix = "server." + config_.servers[i].name + ".";
        metrics.add(prefix + "to_host_latency",
                    std::chrono::duration<double>(server.root_complex().to_host_latency().mean()).count(), "s",
                    "Mean time of TLPs from a device to the root complex");
        add_minimum(metrics, prefix + "to_host_latency_min", server.root_complex().to_host_latency(),
                    "Smallest time of a TLP from a device to the root complex");
        metrics.add(prefix + "interrupts", server.interrupts().delivered(), "1", "Interrupts delivered");
        metrics.add(prefix + "spurious_interrupts", server.interrupts().spurious(), "1",
                    "Messages of devices that are no interrupt of this server");
        metrics.add(prefix + "packets_dropped", system(id).processing().stack().drops().total(), "1",
                    "Packets that the network stack dropped, all reasons");
        metrics.add(prefix + "refused_requests",
                    server.root_complex().counters().refused_reads + server.root_complex().counters().refused_posted,
                    "1", "Requests of devices that the root complex refused");
        for (std::size_t core = 0; core < server.core_count(); ++core) {
            metrics.add(fmt::format("{}core{}.busy", prefix, core),
                        std::chrono::duration<double>(server.core(core).busy_time()).count(), "s",
                        "Time that the core worked");
        }
    }
    if (MultiRootSwitch* pool = topology_.multi_root_switch()) {
        std::uint64_t refusals = 0;
        for (std::size_t root = 0; root < config_.multi_root_switch->upstream.size(); ++root) {
            for (std::size_t cause = 0; cause < pooling::refusal_cause_count; ++cause) {
                refusals += pool->refusals(pcie::RootId(static_cast<std::uint8_t>(root)),
                                           static_cast<pooling::RefusalCause>(cause));
            }
        }
        metrics.add("switch.refusals", refusals, "1",
                    "TLPs that the switch refused, all causes but configuration probes");
        add_engine_metrics(metrics, *pool);
        add_fairness_metrics(metrics, *pool);
    }
}

} // namespace rootpool::models
