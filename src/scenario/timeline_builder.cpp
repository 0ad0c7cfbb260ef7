#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "rootpool/scenario/planned_time.h"
#include "scenario/builder.h"
#include "scenario/names.h"
#include "scenario/reading.h"
#include "scenario/socket_use.h"

namespace rootpool::scenario {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t tcp_write = 131'072;     ///< iperf 2's default buffer length
constexpr std::uint64_t udp_datagram = 1470;     ///< iperf 2's default
constexpr std::uint64_t smallest_datagram = 16;  ///< its number and time of sending
constexpr std::uint64_t largest_datagram = 1472; ///< MTU 1500 less the headers of IPv4 and UDP

constexpr std::uint64_t first_64_bit_address = 1ULL << 32U;

/// Goes through the steps in their order and keeps what is powered on and assigned so far.
class TimelineBuilder {
public:
    explicit TimelineBuilder(Config& config) : config_(config), sockets_(config) {}

    [[nodiscard]] std::vector<Step> read_timeline(Node& list) {
        std::vector<Step> steps;
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            sockets_.clear();
            const std::string path = fmt::format("timeline[{}]", i);
            steps.push_back(read_step(list.items[i], path));
            add_time(steps.back(), path);
        }
        return steps;
    }

private:
    using Action = decltype(Step::action);
    using Reader = Action (TimelineBuilder::*)(Node&, const std::string&);

    struct Row {
        std::string_view key;
        Reader read;
    };
    static const std::array<Row, 9> rows;

    /// Simulated time ends: a run that came there would not.
    void add_time(const Step& step, const std::string& path) {
        if (planned_time(step) > longest_timeline - planned_) {
            fail({.where = step.where,
                  .what = fmt::format("with this step durations, intervals and waits add up to more than {} s",
                                      longest_timeline / 1s),
                  .key = path,
                  .accepted = fmt::format("a timeline of up to {} s", longest_timeline / 1s)});
        }
        planned_ += planned_time(step);
    }

    Step read_step(Node& item, const std::string& path) {
        Entry& entry = item.entries.front();
        return {read_action(entry, fmt::format("{}.{}", path, entry.key)), item.where};
    }

    Action read_action(Entry& entry, const std::string& path) {
        for (const Row& row : rows) {
            if (row.key == entry.key) {
                return (this->*row.read)(entry.value, path);
            }
        }
        throw std::logic_error("a step of the key table that the timeline does not know");
    }

    Action read_power_on(Node& node, const std::string& path) {
        PowerOn step;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const std::string key = fmt::format("{}[{}]", path, i);
            const ServerId server = resolve_server(node.items[i], config_, key);
            if (!powered_.insert(server).second) {
                fail({.where = node.items[i].where,
                      .what = fmt::format("'{}' is powered on already", node.items[i].text),
                      .key = key});
            }
            step.servers.push_back(server);
        }
        return step;
    }

    Action read_assign(Node& node, const std::string& path) {
        Assign step{resolve_device(node.at("device"), config_, path), read_vfs(node),
                    resolve_server(node.at("to"), config_, path)};
        for (const pcie::VfIndex vf : step.vfs) {
            available_.insert({step.device, vf});
        }
        const ServerId master = config_.multi_root_switch.value().master;
        if (!powered_.contains(master)) {
            fail({.where = node.where,
                  .what = fmt::format("the master '{}' is not powered on yet", config_.server(master).name),
                  .key = path,
                  .accepted = "an assign after the master's power_on"});
        }
        if (powered_.contains(step.to)) {
            fail({.where = node.at("to").where,
                  .what = fmt::format(
                      "'{}' is running: giving it a VF would be a hot-add, which this version does not have",
                      config_.server(step.to).name),
                  .key = path + ".to",
                  .accepted = "an assign before the server's power_on"});
        }
        return step;
    }

    Action read_iperf(Node& node, const std::string& path) {
        Iperf step;
        const auto [client, server] = read_pair(node, "client", "server", path);
        step.client = client;
        step.server = server;
        step.name = name_step(node, "iperf", client, path);
        step.duration = read_time(node, "duration");
        step.protocol = read_choice(node, "protocol",
                                    std::array{std::pair{"tcp"sv, Protocol::tcp}, std::pair{"udp"sv, Protocol::udp}});
        const bool udp = step.protocol == Protocol::udp;
        if (const Node* rate = node.find("rate")) {
            if (!udp) {
                fail({.where = rate->where,
                      .what = "TCP sets its own rate",
                      .key = path + ".rate",
                      .accepted = "rate with protocol: udp"});
            }
            step.rate = read_rate(node, "rate");
        }
        if (node.find("size") == nullptr) {
            node.set("size", Node::scalar(fmt::format("{} B", udp ? udp_datagram : tcp_write), node.where));
        }
        step.size = static_cast<std::uint32_t>(read_size(node, "size"));
        if (udp && (step.size < smallest_datagram || step.size > largest_datagram)) {
            fail({.where = node.at("size").where,
                  .what = step.size < smallest_datagram ? "a datagram without room for number and time"
                                                        : "a datagram that would be cut into fragments",
                  .key = path + ".size",
                  .accepted = fmt::format("{} B to {} B with protocol: udp", smallest_datagram, largest_datagram)});
        }
        step.streams = static_cast<unsigned>(read_whole(node, "streams"));
        sockets_.add({client, server}, step.protocol, step.streams, node.at("streams").where, path + ".streams");
        return step;
    }

    Action read_ping(Node& node, const std::string& path) {
        const auto [from, to] = read_pair(node, "from", "to", path);
        return Ping{name_step(node, "ping", from, path),
                    from,
                    to,
                    static_cast<unsigned>(read_whole(node, "count")),
                    read_time(node, "interval"),
                    static_cast<unsigned>(read_size(node, "size"))};
    }

    Action read_copy(Node& node, const std::string& path) {
        const auto [from, to] = read_pair(node, "from", "to", path);
        sockets_.add({from, to}, Protocol::tcp, 1, node.where, path);
        return Copy{name_step(node, "copy", from, path), from, to, read_size(node, "size")};
    }

    Action read_lspci(Node& node, const std::string& path) {
        const ServerId server = resolve_server(node.at("server"), config_, path + ".server");
        if (!powered_.contains(server)) {
            refuse_power(node.at("server"), server, path + ".server");
        }
        const Node& label = node.at("as");
        require_new("lspci", label.text, label.where, path + ".as");
        return Lspci{server, label.text};
    }

    Action read_pcie_bench(Node& node, const std::string& path) {
        PcieBench step;
        step.device = resolve_device(node.at("device"), config_, path + ".device");
        check_probe(node.at("device"), step.device, path + ".device");
        step.operation = read_choice(node, "operation",
                                     std::array{std::pair{"write"sv, PcieBenchOperation::write},
                                                std::pair{"read"sv, PcieBenchOperation::read},
                                                std::pair{"read_write"sv, PcieBenchOperation::read_write},
                                                std::pair{"read_latency"sv, PcieBenchOperation::read_latency}});
        if (node.find("name") == nullptr) {
            node.set("name", Node::scalar(node.at("operation").text, node.where));
        }
        step.name = node.at("name").text;
        require_new("pcie_bench", step.name, node.at("name").where, path + ".name");
        read_sizes(*node.find("sizes"), step, path + ".sizes");
        step.warm_up = read_time(node, "warm_up");
        step.duration = read_time(node, "duration");
        return step;
    }

    /// A probe of a running server, whose memory has room above 4 GiB: pcie-bench's addresses have 64 bits.
    void check_probe(const Node& node, DeviceId id, const std::string& key) const {
        const DeviceConfig& device = config_.device(id);
        if (device.model != DeviceModel::dma_probe) {
            fail({.where = node.where,
                  .what = fmt::format("'{}' is no dma-probe", device.name),
                  .key = key,
                  .accepted = "a device with model: dma-probe"});
        }
        if (!powered_.contains(*device.attach)) {
            refuse_power(node, *device.attach, key);
        }
        const ServerConfig& server = config_.server(*device.attach);
        if (server.memory <= first_64_bit_address) {
            fail({.where = node.where,
                  .what = fmt::format("'{}' has no memory above 4 GiB, where the probe's buffers are", server.name),
                  .key = key,
                  .accepted = "a server with more than 4 GiB"});
        }
    }

    static void read_sizes(Node& node, PcieBench& step, const std::string& path) {
        if (node.find("to") == nullptr) {
            node.set("to", Node::scalar(node.at("from").text, node.where));
        }
        for (const std::string_view key : {"from", "to", "step"}) {
            if (read_size(node, key) % 4 != 0) {
                fail({.where = node.at(key).where,
                      .what = "not a multiple of 4 B: a TLP carries whole dwords",
                      .key = fmt::format("{}.{}", path, key)});
            }
        }
        step.first = static_cast<unsigned>(read_size(node, "from"));
        step.last = static_cast<unsigned>(read_size(node, "to"));
        step.step = static_cast<unsigned>(read_size(node, "step"));
        if (step.last < step.first || (step.last - step.first) % step.step != 0) {
            fail({.where = node.at("to").where,
                  .what = step.last < step.first ? "the largest size is below the smallest"
                                                 : "not a whole number of steps above the smallest size",
                  .key = path + ".to",
                  .accepted = "from, or from and a multiple of step"});
        }
    }

    Action read_wait(Node& node, const std::string& /*path*/) {
        return Wait{SimTime{std::get<std::int64_t>(parse_exact(node.text, Dimension::time))}};
    }

    Action read_parallel(Node& node, const std::string& path) {
        Parallel parallel;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            parallel.steps.push_back(read_step(node.items[i], fmt::format("{}[{}]", path, i)));
        }
        return parallel;
    }

    /// Two interfaces of different servers that are there by now, and between which frames can pass.
    std::pair<InterfaceId, InterfaceId> read_pair(const Node& node, std::string_view first, std::string_view second,
                                                  const std::string& path) {
        const Node& far = node.at(second);
        const std::string far_path = fmt::format("{}.{}", path, second);
        const InterfaceId a = read_endpoint(node.at(first), fmt::format("{}.{}", path, first));
        const InterfaceId b = read_endpoint(far, far_path);
        const InterfaceConfig& from = config_.interface(a);
        const InterfaceConfig& to = config_.interface(b);
        if (from.server == to.server) {
            fail({.where = far.where,
                  .what = "both ends are at the same server; its kernel would not use the device",
                  .key = far_path,
                  .accepted = "an interface of another server"});
        }
        require_path(from, to, far, far_path);
        return {a, b};
    }

    /// Frames pass from one function of a device to another while its link is up, and a link needs a cable.
    void require_path(const InterfaceConfig& from, const InterfaceConfig& to, const Node& far,
                      const std::string& path) const {
        const bool cabled = std::ranges::any_of(config_.cables, [&](const CableConfig& cable) {
            const bool near_end = cable.a == from.device || cable.b == from.device;
            const bool far_end = cable.a == to.device || cable.b == to.device;
            return near_end && far_end;
        });
        if (cabled) {
            return;
        }
        const std::string& device = config_.device(from.device).name;
        const std::string reason =
            from.device == to.device
                ? fmt::format("the link of '{}' is down, as it has no cable", device)
                : fmt::format("no cable between '{}' and '{}'", device, config_.device(to.device).name);
        fail({.where = far.where,
              .what = fmt::format("no path from '{}' to '{}': {}", from.name, to.name, reason),
              .key = path,
              .accepted = "an interface of the device at the other end of the cable, or of the same device if it has a "
                          "cable"});
    }

    InterfaceId read_endpoint(const Node& node, const std::string& path) {
        const std::string wanted = node.text.find('.') == std::string::npos ? node.text + ".pf" : node.text;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < config_.interfaces.size(); ++i) {
            const InterfaceConfig& interface = config_.interfaces[i];
            if (interface.name == wanted) {
                check_available(node, interface, path);
                return InterfaceId{static_cast<std::uint16_t>(i)};
            }
            names.push_back(interface.name);
        }
        fail({.where = node.where,
              .what = fmt::format(
                  "no interface '{}'; a server without a device of its own, or a VF assigned to it, has none", wanted),
              .key = path,
              .accepted = names.empty() ? "nothing: no server has an interface" : enumerate(names),
              .suggestion = nearest(wanted, names)});
    }

    void check_available(const Node& node, const InterfaceConfig& interface, const std::string& path) {
        if (!powered_.contains(interface.server)) {
            refuse_power(node, interface.server, path);
        }
        const bool lent = interface.vf && !config_.device(interface.device).attach;
        if (lent && !available_.contains({interface.device, *interface.vf})) {
            fail({.where = node.where,
                  .what = fmt::format("'{}' is assigned only later in the timeline", interface.name),
                  .key = path,
                  .accepted = "an interface that is there by now"});
        }
    }

    [[noreturn]] void refuse_power(const Node& node, ServerId server, const std::string& path) const {
        fail({.where = node.where,
              .what = fmt::format("'{}' is not powered on yet", config_.server(server).name),
              .key = path,
              .accepted = "a step after the server's power_on"});
    }

    std::string name_step(Node& node, const std::string& kind, InterfaceId first, const std::string& path) {
        if (node.find("name") == nullptr) {
            node.set("name", Node::scalar(config_.server(config_.interface(first).server).name, node.where));
        }
        const Node& name = node.at("name");
        require_new(kind, name.text, name.where, path + ".name");
        return name.text;
    }

    void require_new(const std::string& kind, const std::string& name, const std::string& where,
                     const std::string& path) {
        const auto [first, added] = names_.emplace(std::pair{kind, name}, where);
        if (!added) {
            fail({.where = where,
                  .what = fmt::format("the metrics of this step would be called {}.{}, as those of the step at {}",
                                      kind, name, first->second),
                  .key = path,
                  .accepted = "a name of its own"});
        }
    }

    Config& config_;
    std::set<ServerId> powered_;
    std::set<std::pair<DeviceId, pcie::VfIndex>> available_;
    std::map<std::pair<std::string, std::string>, std::string> names_; ///< {kind, name} -> where
    SocketUse sockets_;
    SimTime planned_{}; ///< of the steps so far
};

const std::array<TimelineBuilder::Row, 9> TimelineBuilder::rows{{
    {"power_on", &TimelineBuilder::read_power_on},
    {"assign", &TimelineBuilder::read_assign},
    {"iperf", &TimelineBuilder::read_iperf},
    {"ping", &TimelineBuilder::read_ping},
    {"copy", &TimelineBuilder::read_copy},
    {"lspci", &TimelineBuilder::read_lspci},
    {"pcie_bench", &TimelineBuilder::read_pcie_bench},
    {"wait", &TimelineBuilder::read_wait},
    {"parallel", &TimelineBuilder::read_parallel},
}};

} // namespace

void build_timeline(Node& root, Config& config) {
    TimelineBuilder builder(config);
    config.timeline = builder.read_timeline(*root.find("timeline"));
}

} // namespace rootpool::scenario
