#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "rootpool/host/interrupt_vectors.h"
#include "scenario/builder.h"
#include "scenario/names.h"
#include "scenario/reading.h"
#include "scenario/scalar_check.h"

namespace rootpool::scenario {
namespace {

constexpr std::size_t functions_without_ari = 8;

struct Assignment {
    Assign assign;
    const Node* node; ///< of the `assign` map
    std::string path;
};

std::vector<Assignment> read_assignments(const Node& timeline, const Config& config) {
    std::vector<Assignment> assignments;
    for (std::size_t i = 0; i < timeline.items.size(); ++i) {
        const Node* node = timeline.items[i].find("assign");
        if (node == nullptr) {
            continue;
        }
        const std::string path = fmt::format("timeline[{}].assign", i);
        Assign assign{resolve_device(node->at("device"), config, path + ".device"), read_vfs(*node),
                      resolve_server(node->at("to"), config, path + ".to")};
        assignments.push_back({std::move(assign), node, path});
    }
    return assignments;
}

/// Both ends of an assignment are at the switch, and VFs go to a slave: the bus of the master has no place for them.
void check_reach(const Assignment& assignment, const Config& config) {
    const auto& [assign, node, path] = assignment;
    if (!config.multi_root_switch || !config.multi_root_switch->port_of(assign.device)) {
        fail({.where = node->at("device").where,
              .what = fmt::format("'{}' is not below the switch", config.device(assign.device).name),
              .key = path + ".device",
              .accepted = "a device of topology.switch.downstream"});
    }
    if (!config.multi_root_switch->root_of(assign.to)) {
        fail({.where = node->at("to").where,
              .what = fmt::format("'{}' has no path to '{}'", config.server(assign.to).name,
                                  config.device(assign.device).name),
              .key = path + ".to",
              .accepted = "a server of topology.switch.upstream"});
    }
    if (assign.to == config.multi_root_switch->master) {
        fail({.where = node->at("to").where,
              .what = fmt::format("'{}' is the master, which lends VFs to the other servers",
                                  config.server(assign.to).name),
              .key = path + ".to",
              .accepted = "a server of topology.switch.upstream that is not the master"});
    }
}

/// No VF has two owners, and a slot without ARI has 8 functions.
void check_owners(const std::vector<Assignment>& assignments, const Config& config) {
    std::map<std::pair<DeviceId, pcie::VfIndex>, ServerId> owners;
    std::map<std::pair<DeviceId, ServerId>, std::size_t> slots;
    for (const auto& [assign, node, path] : assignments) {
        for (const pcie::VfIndex vf : assign.vfs) {
            const auto [owner, added] = owners.emplace(std::pair{assign.device, vf}, assign.to);
            if (!added) {
                fail({.where = node->at("vfs").where,
                      .what = fmt::format("VF {} of '{}' already belongs to '{}'", vf.value(),
                                          config.device(assign.device).name, config.server(owner->second).name),
                      .key = path + ".vfs"});
            }
        }
        const std::size_t functions = slots[{assign.device, assign.to}] += assign.vfs.size();
        if (functions > functions_without_ari && !config.multi_root_switch->ari) {
            fail({.where = node->at("vfs").where,
                  .what = fmt::format("{} functions in one slot of '{}'", functions, config.server(assign.to).name),
                  .key = path + ".vfs",
                  .accepted = "at most 8 functions, or topology.switch.ari: on"});
        }
    }
}

void size_devices(Node& devices, const std::vector<Assignment>& assignments, Config& config) {
    for (std::size_t i = 0; i < config.devices.size(); ++i) {
        DeviceConfig& device = config.devices[i];
        Node& node = *devices.find(device.name);
        unsigned needed = 0;
        for (const Assignment& assignment : assignments) {
            if (assignment.assign.device.index() == i) {
                needed = std::max(needed, assignment.assign.vfs.back().value() + 1U);
            }
        }
        if (device.model == DeviceModel::dma_probe) {
            continue;
        }
        if (node.find("vfs") == nullptr) {
            node.set("vfs", Node::scalar(fmt::format("{}", needed), node.where));
        }
        device.vfs = static_cast<unsigned>(read_whole(node, "vfs"));
        if (device.vfs < needed) {
            fail({.where = node.at("vfs").where,
                  .what = fmt::format("the timeline assigns VF {}, but {} VFs are enabled", needed - 1, device.vfs),
                  .key = fmt::format("topology.devices.{}.vfs", device.name),
                  .accepted = fmt::format("at least {}", needed)});
        }
    }
}

class InterfaceList {
public:
    explicit InterfaceList(Config& config) : config_(config) {}

    void add_server(ServerId server, const std::vector<Assignment>& assignments) {
        server_ = server;
        physical_ = 0;
        virtual_ = 0;
        for (const DeviceId device : in_order_of_enumeration()) {
            add_physical(device);
        }
        for (std::size_t i = 0; i < config_.devices.size(); ++i) {
            const DeviceId device{static_cast<std::uint8_t>(i)};
            const bool attached = config_.device(device).attach == server;
            for (unsigned vf = 0; attached && vf < config_.device(device).vfs; ++vf) {
                add_virtual(device, pcie::VfIndex{static_cast<std::uint16_t>(vf)});
            }
        }
        for (const DeviceId device : in_order_of_enumeration()) {
            for (const Assignment& assignment : assignments) {
                if (assignment.assign.to == server && assignment.assign.device == device) {
                    for (const pcie::VfIndex vf : assignment.assign.vfs) {
                        add_virtual(device, vf);
                    }
                }
            }
        }
    }

private:
    /// An operating system counts what it finds: devices in slots of their own, then port after port of the switch.
    [[nodiscard]] std::vector<DeviceId> in_order_of_enumeration() const {
        std::vector<DeviceId> devices;
        for (std::size_t i = 0; i < config_.devices.size(); ++i) {
            const DeviceId device{static_cast<std::uint8_t>(i)};
            if (config_.device(device).attach && config_.device(device).model == DeviceModel::intel_82599) {
                devices.push_back(device);
            }
        }
        if (config_.multi_root_switch) {
            const auto& below = config_.multi_root_switch->downstream;
            devices.insert(devices.end(), below.begin(), below.end());
        }
        return devices;
    }
    void add_physical(DeviceId device) {
        const auto& bridge = config_.multi_root_switch;
        if (config_.device(device).attach == server_ ||
            (bridge && bridge->master == server_ && bridge->port_of(device).has_value())) {
            add(physical_ == 0 ? "pf" : fmt::format("pf{}", physical_), device, std::nullopt);
            ++physical_;
        }
    }
    void add_virtual(DeviceId device, pcie::VfIndex vf) {
        add(fmt::format("vf{}", virtual_), device, vf);
        ++virtual_;
    }
    void add(const std::string& name, DeviceId device, std::optional<pcie::VfIndex> vf) {
        const unsigned number = physical_ + virtual_ + 1;
        const std::uint32_t address = 10U << 24U | (server_.value() + 1U) << 8U | (number & 255U);
        config_.interfaces.push_back(
            {fmt::format("{}.{}", config_.server(server_).name, name), server_, device, vf, Ipv4{address}});
    }

    Config& config_;
    ServerId server_;
    unsigned physical_ = 0;
    unsigned virtual_ = 0;
};

/// Puts the script's addresses into the interfaces and the computed ones into the script.
void settle_addresses(Node& servers, Config& config) {
    for (ServerConfig& server : config.servers) {
        Node& node = *servers.find(server.name);
        Node given;
        if (const Node* ip = node.find("ip")) {
            given = *ip;
        }
        Node all;
        all.kind = Node::Kind::map;
        all.where = node.where;
        std::vector<std::string> names;
        for (InterfaceConfig& interface : config.interfaces) {
            if (config.server(interface.server).name != server.name) {
                continue;
            }
            const std::string name = interface.name.substr(server.name.size() + 1);
            const Node* address = given.find(name);
            if (address != nullptr) {
                interface.address = read_ipv4(address->text).value();
            }
            names.push_back(name);
            all.set(name, Node::scalar(to_string(interface.address), address == nullptr ? node.where : address->where));
        }
        for (const Entry& entry : given.entries) {
            if (all.find(entry.key) == nullptr) {
                fail({.where = entry.where,
                      .what = fmt::format("'{}' has no interface '{}'", server.name, entry.key),
                      .key = fmt::format("topology.servers.{}.ip.{}", server.name, entry.key),
                      .accepted = names.empty() ? "nothing: the server has no interface" : enumerate(names),
                      .suggestion = nearest(entry.key, names)});
            }
        }
        if (!names.empty()) {
            node.set("ip", std::move(all));
        }
    }
}

void check_addresses(const Node& servers, const Config& config) {
    constexpr std::uint32_t host_bits = (1U << (32U - network_prefix)) - 1;
    std::map<Ipv4, std::string> owners;
    for (const InterfaceConfig& interface : config.interfaces) {
        const std::uint32_t address = interface.address.value();
        const std::uint32_t host = address & host_bits;
        const std::string& server = config.server(interface.server).name;
        const std::string name = interface.name.substr(server.size() + 1);
        const auto [owner, added] = owners.emplace(interface.address, interface.name);
        std::string problem;
        if (!added) {
            problem = fmt::format("{} is also the address of {}", to_string(interface.address), owner->second);
        } else if ((address ^ config.interfaces.front().address.value()) > host_bits) {
            problem = fmt::format("{} is not in one network (prefix {}) with {} of {}", to_string(interface.address),
                                  network_prefix, to_string(config.interfaces.front().address),
                                  config.interfaces.front().name);
        } else if (host == 0 || host == host_bits) {
            problem =
                fmt::format("{} is the address of the network or its broadcast address", to_string(interface.address));
        }
        if (!problem.empty()) {
            fail({.where = servers.at(server).at("ip").at(name).where,
                  .what = problem,
                  .key = fmt::format("topology.servers.{}.ip.{}", server, name),
                  .accepted = "an address of its own, in one network with all others"});
        }
    }
}

void check_interface_count(const Node& servers, const Config& config) {
    for (std::size_t i = 0; i < config.servers.size(); ++i) {
        const auto count = std::ranges::count_if(
            config.interfaces, [i](const InterfaceConfig& interface) { return interface.server.index() == i; });
        if (static_cast<std::uint64_t>(count) > host::most_driven_functions) {
            fail({.where = servers.at(config.servers[i].name).where,
                  .what = fmt::format("{} interfaces at one server, whose interrupt vectors are {} and {} for each",
                                      count, host::interrupt_vectors, host::vectors_per_function),
                  .key = fmt::format("topology.servers.{}", config.servers[i].name),
                  .accepted = fmt::format("at most {}", host::most_driven_functions)});
        }
    }
}

} // namespace

void build_interfaces(Node& root, Config& config) {
    Node& topology = *root.find("topology");
    Node& servers = *topology.find("servers");
    const std::vector<Assignment> assignments = read_assignments(root.at("timeline"), config);
    for (const Assignment& assignment : assignments) {
        check_reach(assignment, config);
    }
    check_owners(assignments, config);
    size_devices(*topology.find("devices"), assignments, config);
    InterfaceList list(config);
    for (std::size_t i = 0; i < config.servers.size(); ++i) {
        list.add_server(ServerId{static_cast<std::uint8_t>(i)}, assignments);
    }
    check_interface_count(servers, config);
    settle_addresses(servers, config);
    check_addresses(servers, config);
}

} // namespace rootpool::scenario
