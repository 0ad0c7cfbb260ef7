#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "scenario/builder.h"
#include "scenario/cpu_profiles.h"
#include "scenario/link_builder.h"
#include "scenario/names.h"
#include "scenario/reading.h"

namespace rootpool::scenario {
namespace {

using namespace std::string_view_literals;

ServerConfig read_server(const Entry& entry, const Node& root) {
    const Node& node = entry.value;
    const Node& tcp = node.at("tcp");
    ServerConfig server;
    server.name = entry.key;
    server.cpu = resolve_cpu(node.at("cpu"), root, fmt::format("topology.servers.{}.cpu", entry.key));
    server.memory = read_size(node, "memory");
    server.max_payload = static_cast<unsigned>(read_size(node, "max_payload"));
    server.read_completion_boundary = static_cast<unsigned>(read_size(node, "read_completion_boundary"));
    server.memory_latency = read_time(node, "memory_latency");
    server.iommu = read_flag(node, "iommu");
    const std::string path = fmt::format("topology.servers.{}", entry.key);
    server.hold_credits = read_spans(node, "hold_credits", path);
    server.link = read_link(node.at("link"), root.at("topology"), path + ".link");
    server.tcp = {read_size(tcp, "receive_buffer"), read_size(tcp, "send_buffer"), read_flag(tcp, "timestamps"),
                  read_flag(tcp, "segmentation_offload")};
    return server;
}

unsigned read_tags(Node& node, const DeviceConfig& device) {
    const unsigned most = device.model == DeviceModel::dma_probe ? 256 : 32; // Extended Tag or not
    if (node.find("tags") == nullptr) {
        node.set("tags", Node::scalar(fmt::format("{}", most), node.where));
    }
    const auto tags = static_cast<unsigned>(read_whole(node, "tags"));
    if (tags > most) {
        fail({.where = node.at("tags").where,
              .what = fmt::format("an {} has at most {} tags", node.at("model").text, most),
              .key = fmt::format("topology.devices.{}.tags", device.name),
              .accepted = fmt::format("1 to {}", most)});
    }
    return tags;
}

/// What a DMA probe does not have cannot be switched.
void check_probe(const Node& node, const std::string& name) {
    std::vector<std::pair<std::string, const Node*>> switches{{"bar_prefetchable", &node.at("bar_prefetchable")},
                                                              {"ari", &node.at("ari")}};
    for (const Entry& erratum : node.at("errata").entries) {
        switches.emplace_back("errata." + erratum.key, &erratum.value);
    }
    if (const Node* vfs = node.find("vfs"); vfs != nullptr && vfs->text != "0") {
        switches.emplace_back("vfs", vfs);
    }
    for (const auto& [key, value] : switches) {
        if (value->text != "on") {
            fail({.where = value->where,
                  .what = "a dma-probe has no BARs, no SR-IOV and no errata",
                  .key = fmt::format("topology.devices.{}.{}", name, key),
                  .accepted = "the key left out"});
        }
    }
}

DeviceConfig read_device(Entry& entry, const Config& config, const Node& topology) {
    Node& node = entry.value;
    const Node& errata = node.at("errata");
    DeviceConfig device;
    device.name = entry.key;
    device.model = read_choice(node, "model",
                               std::array{std::pair{"intel-82599"sv, DeviceModel::intel_82599},
                                          std::pair{"dma-probe"sv, DeviceModel::dma_probe}});
    if (const Node& attach = node.at("attach"); attach.text != "none") {
        device.attach = resolve_server(attach, config, fmt::format("topology.devices.{}.attach", entry.key));
    }
    fill_in_credits(*node.find("link")->find("credits"), device);
    device.link = read_link(node.at("link"), topology, fmt::format("topology.devices.{}.link", entry.key));
    device.tags = read_tags(node, device);
    if (device.model == DeviceModel::dma_probe) {
        check_probe(node, device.name);
    }
    device.bar_prefetchable = read_flag(node, "bar_prefetchable");
    device.ari = read_flag(node, "ari");
    device.errata = {read_flag(errata, "vf_capabilities_read_zero"), read_flag(errata, "vf_completer_id"),
                     read_flag(errata, "vf_flr_keeps_queues")};
    return device;
}

/// The elements of a list of names, each once.
template <typename Id, typename Resolve>
std::vector<Id> read_names(const Node& list, const std::string& key, Resolve resolve_one) {
    std::vector<Id> ids;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const std::string path = fmt::format("{}[{}]", key, i);
        const Id id = resolve_one(list.items[i], path);
        if (std::ranges::find(ids, id) != ids.end()) {
            fail({.where = list.items[i].where,
                  .what = fmt::format("'{}' is in the list twice", list.items[i].text),
                  .key = path});
        }
        ids.push_back(id);
    }
    return ids;
}

/// Numbers of a name_map of upstream servers, by RootId; `none` where a server has none. `unused_by`: the arbiter, if
/// it does not use them; then there are none, and the script must not give any.
std::vector<unsigned> read_shares(const Node& node, const std::string& name, const Config& config,
                                  const SwitchConfig& pool, unsigned none, std::optional<std::string_view> unused_by) {
    const Node* map = node.find(name);
    const std::string path = "topology.switch." + name;
    if (map == nullptr || map->entries.empty()) {
        return unused_by ? std::vector<unsigned>{} : std::vector<unsigned>(pool.upstream.size(), none);
    }
    if (unused_by) {
        fail({.where = map->where,
              .what = fmt::format("the arbiter {} has no {}", *unused_by, name),
              .key = path,
              .accepted = "the key left out"});
    }
    std::vector<unsigned> shares(pool.upstream.size(), none);
    for (const Entry& entry : map->entries) {
        const std::string key = path + "." + entry.key;
        const ServerId server = resolve_server(Node::scalar(entry.key, entry.where), config, key);
        const auto root = pool.root_of(server);
        if (!root) {
            fail({.where = entry.where,
                  .what = fmt::format("'{}' has no upstream port", entry.key),
                  .key = key,
                  .accepted = "a server of topology.switch.upstream"});
        }
        shares[root->index()] = static_cast<unsigned>(read_whole(*map, entry.key));
    }
    return shares;
}

void read_arbiter(const Node& node, const Config& config, SwitchConfig& result) {
    result.arbiter = read_choice(
        node, "arbiter",
        std::array{std::pair{"round_robin"sv, Arbiter::round_robin}, std::pair{"weighted"sv, Arbiter::weighted},
                   std::pair{"age"sv, Arbiter::age}, std::pair{"strict_priority"sv, Arbiter::strict_priority},
                   std::pair{"byte_fair"sv, Arbiter::byte_fair}});
    const std::string_view name = node.at("arbiter").text;
    const auto unless = [&](Arbiter user) { return result.arbiter == user ? std::nullopt : std::optional(name); };
    result.weights = read_shares(node, "weights", config, result, 1, unless(Arbiter::weighted));
    result.priorities =
        read_shares(node, "priorities", config, result, lowest_priority, unless(Arbiter::strict_priority));
}

/// What one server may have of the port of a device, and for how long it may be in the way of others.
void read_fairness(Node& node, const Config& config, SwitchConfig& result) {
    fill_in_share(*node.find("root_quota"), result.downstream_credits, 2, config);
    result.root_quota = read_credits(node.at("root_quota"));
    fill_in_share(*node.find("root_reserve"), result.root_quota, 1, config);
    result.root_reserve = read_credits(node.at("root_reserve"));
    result.fence_timeout = read_time_or_off(node, "fence_timeout");
    if (config.watchdog != SimTime{0} && result.fence_timeout >= config.watchdog) {
        fail({.where = node.at("fence_timeout").where,
              .what = fmt::format("not shorter than topology.watchdog, which is {}", format_time(config.watchdog)),
              .key = "topology.switch.fence_timeout",
              .accepted = fmt::format("a time below {}, or off", format_time(config.watchdog))});
    }
}

/// The stages of the profile and what the script says of them; writes the former into the script.
pooling::SwitchStages read_stages(Node& node) {
    using pooling::SwitchStages;
    static constexpr auto members = std::to_array<std::pair<std::string_view, unsigned SwitchStages::*>>(
        {{"receive_crossing", &SwitchStages::receive_crossing},
         {"ingress", &SwitchStages::ingress},
         {"arbitration", &SwitchStages::arbitration},
         {"id_lookup", &SwitchStages::id_lookup},
         {"address_lookup", &SwitchStages::address_lookup},
         {"interrupt_lookup", &SwitchStages::interrupt_lookup},
         {"compose", &SwitchStages::compose},
         {"egress", &SwitchStages::egress},
         {"transmit_crossing", &SwitchStages::transmit_crossing},
         {"local", &SwitchStages::local}});
    SwitchStages stages = pooling::switch_profile(node.at("profile").text);
    Node& given = *node.find("stages");
    for (const auto& [name, member] : members) {
        if (given.find(name) == nullptr) {
            given.set(name, Node::scalar(std::to_string(stages.*member), given.where));
        }
        stages.*member = static_cast<unsigned>(read_whole(given, name));
    }
    return stages;
}

SwitchConfig read_switch(Node& node, const Config& config) {
    SwitchConfig result;
    result.stages = read_stages(node);
    result.switching = read_choice(node, "switching",
                                   std::array{std::pair{"store_and_forward"sv, pooling::Switching::store_and_forward},
                                              std::pair{"cut_through"sv, pooling::Switching::cut_through}});
    result.upstream = read_names<ServerId>(
        node.at("upstream"), "topology.switch.upstream",
        [&config](const Node& name, const std::string& key) { return resolve_server(name, config, key); });
    result.downstream = read_names<DeviceId>(
        node.at("downstream"), "topology.switch.downstream",
        [&config](const Node& name, const std::string& key) { return resolve_device(name, config, key); });
    result.master = resolve_server(node.at("master"), config, "topology.switch.master");
    result.return_route = read_choice(node, "return_route",
                                      std::array{std::pair{"completer_id"sv, ReturnRoute::completer_id},
                                                 std::pair{"scoreboard"sv, ReturnRoute::scoreboard}});
    result.interrupts = read_choice(
        node, "interrupts",
        std::array{std::pair{"direct"sv, Interrupts::direct}, std::pair{"translate"sv, Interrupts::translate}});
    result.tagging = read_choice(node, "tagging",
                                 std::array{std::pair{"reserved_bits"sv, Tagging::reserved_bits},
                                            std::pair{"local_prefix"sv, Tagging::local_prefix}});
    result.ari = read_flag(node, "ari");
    result.vf_placement =
        read_choice(node, "vf_placement", std::array{std::pair{"functions"sv, VfPlacement::functions}});
    read_arbiter(node, config, result);
    result.upstream_credits = read_credits(node.at("upstream_credits"));
    result.downstream_credits = read_credits(node.at("downstream_credits"));
    read_fairness(node, config, result);
    return result;
}

void check_master(const Node& node, const Config& config) {
    if (!config.multi_root_switch->root_of(config.multi_root_switch->master)) {
        fail({.where = node.at("master").where,
              .what = fmt::format("'{}' has no upstream port", node.at("master").text),
              .key = "topology.switch.master",
              .accepted = "a server of topology.switch.upstream"});
    }
}

/// What is at each server's root port.
using RootPorts = std::map<ServerId, std::string>;

/// A root port leads to one device, or to the switch.
RootPorts read_root_ports(const Node& devices, const Config& config) {
    RootPorts below;
    if (config.multi_root_switch) {
        for (const ServerId server : config.multi_root_switch->upstream) {
            below[server] = "the switch";
        }
    }
    for (const DeviceConfig& device : config.devices) {
        if (!device.attach) {
            continue;
        }
        const auto [present, added] = below.emplace(*device.attach, fmt::format("'{}'", device.name));
        if (!added) {
            fail({.where = devices.at(device.name).at("attach").where,
                  .what = fmt::format("the root port of '{}' already leads to {}", config.server(*device.attach).name,
                                      present->second),
                  .key = fmt::format("topology.devices.{}.attach", device.name)});
        }
    }
    return below;
}

/// A link has two ends: an empty slot is not modelled.
void check_root_ports_taken(const std::vector<Entry>& servers, const RootPorts& below) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
        const std::string& name = servers[i].key;
        if (!below.contains(ServerId{static_cast<ServerId::representation>(i)})) {
            fail({.where = servers[i].where,
                  .what = fmt::format("nothing is at the root port of '{}'", name),
                  .key = fmt::format("topology.servers.{}", name),
                  .accepted = fmt::format("a device with attach: {0}, or {0} in topology.switch.upstream", name)});
        }
    }
}

void check_device_places(const Node& devices, const Config& config) {
    for (const DeviceConfig& device : config.devices) {
        const DeviceId id{static_cast<std::uint8_t>(&device - config.devices.data())};
        const bool below_switch = config.multi_root_switch && config.multi_root_switch->port_of(id).has_value();
        if (below_switch == device.attach.has_value()) {
            const Node& node = devices.at(device.name);
            fail({.where = node.at("attach").where,
                  .what = fmt::format("'{}' is {}", device.name,
                                      below_switch ? "attached to a server and below the switch"
                                                   : "neither attached to a server nor below the switch"),
                  .key = fmt::format("topology.devices.{}.attach", device.name),
                  .accepted = "a server here, or none here and the device in topology.switch.downstream"});
        }
    }
}

/// The switch shares network cards.
void check_probe_places(const Node& devices, const Config& config) {
    for (const DeviceConfig& device : config.devices) {
        if (device.model == DeviceModel::dma_probe && !device.attach) {
            fail({.where = devices.at(device.name).at("attach").where,
                  .what = fmt::format("'{}' is a dma-probe, which sits at a server's root port", device.name),
                  .key = fmt::format("topology.devices.{}.attach", device.name),
                  .accepted = "a server"});
        }
    }
}

void read_cables(const Node& list, Config& config) {
    std::map<DeviceId, std::string> used;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const Node& node = list.items[i];
        const std::string path = fmt::format("topology.cables[{}].ends", i);
        std::array<DeviceId, 2> ends;
        for (std::size_t end = 0; end < ends.size(); ++end) {
            const Node& name = node.at("ends").items[end];
            ends[end] = resolve_device(name, config, fmt::format("{}[{}]", path, end));
            if (end == 1 && ends[0] == ends[1]) {
                fail({.where = name.where,
                      .what = fmt::format("the cable leads from '{}' to itself", name.text),
                      .key = fmt::format("{}[1]", path),
                      .accepted = "two different devices"});
            }
            if (config.device(ends[end]).model != DeviceModel::intel_82599) {
                fail({.where = name.where,
                      .what = fmt::format("'{}' has no Ethernet port", name.text),
                      .key = fmt::format("{}[{}]", path, end),
                      .accepted = "an intel-82599"});
            }
            const auto [first, added] = used.emplace(ends[end], name.where);
            if (!added) {
                fail({.where = name.where,
                      .what = fmt::format("the port of '{}' has a cable already, at {}", name.text, first->second),
                      .key = fmt::format("{}[{}]", path, end),
                      .accepted = "a device without a cable"});
            }
        }
        config.cables.push_back({ends[0], ends[1], read_time(node, "delay")});
    }
}

} // namespace

void build_topology(Node& root, Config& config) {
    Node& topology = *root.find("topology");
    check_cpu_profiles(root);
    config.watchdog = read_time_or_off(topology, "watchdog");
    for (const Entry& entry : topology.at("servers").entries) {
        config.servers.push_back(read_server(entry, root));
    }
    for (Entry& entry : topology.find("devices")->entries) {
        config.devices.push_back(read_device(entry, config, topology));
    }
    if (Node* node = topology.find("switch")) {
        config.multi_root_switch = read_switch(*node, config);
        check_master(*node, config);
    }
    const RootPorts below = read_root_ports(topology.at("devices"), config);
    check_probe_places(topology.at("devices"), config);
    check_device_places(topology.at("devices"), config);
    check_root_ports_taken(topology.at("servers").entries, below);
    check_links(topology, config);
    if (const Node* cables = topology.find("cables")) {
        read_cables(*cables, config);
    }
}

} // namespace rootpool::scenario
