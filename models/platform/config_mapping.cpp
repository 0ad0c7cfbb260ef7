#include "models/platform/config_mapping.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "rootpool/core/hash.h"

namespace rootpool::models {

namespace {

template <typename Enumeration, std::size_t Size>
[[nodiscard]] std::string name_of(Enumeration value, const std::array<std::string_view, Size>& names) {
    return std::string(names.at(static_cast<std::size_t>(value)));
}

[[nodiscard]] LinkConfig link_of(const scenario::LinkConfig& settings, unsigned max_payload) {
    LinkConfig link;
    link.parameters = {static_cast<pcie::Generation>(settings.generation), settings.width};
    link.max_payload = max_payload;
    link.latency = settings.latency;
    link.dllp_accounting = settings.dllp_accounting;
    return link;
}

} // namespace

LinkConfig link_config(const scenario::ServerConfig& server) { return link_of(server.link, server.max_payload); }

LinkConfig attached_link_config(const scenario::ServerConfig& server, const scenario::DeviceConfig& device) {
    LinkConfig link = link_config(server);
    link.parameters = {static_cast<pcie::Generation>(std::min(server.link.generation, device.link.generation)),
                       std::min(server.link.width, device.link.width)};
    return link;
}

LinkConfig device_link_config(const scenario::DeviceConfig& device, const scenario::ServerConfig& master) {
    return link_of(device.link, master.max_payload);
}

std::unique_ptr<pcie::CombinedFaults> fault_source(const scenario::LinkFaults& faults, LinkDirection direction,
                                                   const std::string& link, std::uint64_t seed) {
    auto result = std::make_unique<pcie::CombinedFaults>();
    if (faults.bit_error_rate != 0) {
        core::RunningHash stream;
        stream.add(seed);
        for (const char letter : link) {
            stream.add(static_cast<unsigned char>(letter));
        }
        stream.add(static_cast<std::uint64_t>(direction));
        result->add(std::make_unique<pcie::BitErrors>(faults.bit_error_rate, stream.value()));
    }
    const auto& scripted = direction == LinkDirection::down ? faults.down : faults.up;
    if (!scripted.empty()) {
        result->add(std::make_unique<pcie::ScriptedFaults>(scripted));
    }
    return result;
}

ServerConfig server_config(const scenario::ServerConfig& server) {
    ServerConfig result;
    result.name = server.name;
    result.cpu = server.cpu;
    if (!server.iommu) {
        result.cpu.map_buffer = SimTime{0};
    }
    result.memory_bytes = server.memory;
    result.root_complex.link = link_config(server);
    result.root_complex.max_payload = server.max_payload;
    result.root_complex.read_completion_boundary = server.read_completion_boundary;
    result.root_complex.read_latency = server.memory_latency;
    result.root_complex.receive_credits = server.link.credits;
    result.root_complex.hold_credits = server.hold_credits;
    return result;
}

Nic82599Config nic_config(const scenario::DeviceConfig& device, std::size_t index) {
    Nic82599Config config;
    config.tags = device.tags;
    config.receive_credits = device.link.credits;
    config.functions.prefetchable_bars = device.bar_prefetchable;
    config.functions.ari = device.ari;
    config.functions.link = {static_cast<pcie::Generation>(device.link.generation), device.link.width};
    config.functions.erratum_35 = device.errata.vf_capabilities_read_zero;
    config.functions.erratum_36 = device.errata.vf_completer_id;
    config.functions.vf_flr_keeps_queues = device.errata.vf_flr_keeps_queues;
    config.functions.serial_number =
        0xA0369FFFFF000000ULL | (index + 1); // an EUI-64 around a MAC address of Intel's range
    return config;
}

MultiRootSwitchConfig switch_config(const scenario::Config& script) {
    const scenario::SwitchConfig& config = *script.multi_root_switch;
    MultiRootSwitchConfig result;
    result.roots = static_cast<unsigned>(config.upstream.size());
    const auto master = config.root_of(config.master);
    for (const scenario::DeviceId device : config.downstream) {
        pooling::DeviceProfile profile;
        profile.vf_ari_capability = script.device(device).ari ? profile.vf_ari_capability : 0;
        result.devices.push_back({master.value(), profile});
    }
    result.return_route = name_of(config.return_route, std::array<std::string_view, 2>{"completer_id", "scoreboard"});
    result.interrupts = name_of(config.interrupts, std::array<std::string_view, 2>{"direct", "translate"});
    result.tagging = name_of(config.tagging, std::array<std::string_view, 2>{"reserved_bits", "local_prefix"});
    result.arbiter = name_of(config.arbiter, std::array<std::string_view, 5>{"round_robin", "weighted", "age",
                                                                             "strict_priority", "byte_fair"});
    result.weights = config.weights;
    result.priorities = config.priorities;
    result.timing = SwitchTiming(config.stages);
    result.switching = config.switching;
    result.ari = config.ari;
    result.upstream_credits = config.upstream_credits;
    result.downstream_credits = config.downstream_credits;
    result.root_quota = config.root_quota;
    result.root_reserve = config.root_reserve;
    result.fence_timeout = config.fence_timeout;
    return result;
}

} // namespace rootpool::models
