#include "scenario/link_builder.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "scenario/failure.h"
#include "scenario/reading.h"
#include "scenario/scalar_check.h"

namespace rootpool::scenario {
namespace {

using namespace std::string_view_literals;

/// The faults of a script, by direction. A packet has one fate.
void read_scripted_faults(const Node& link, const std::string& path, LinkFaults& faults) {
    const Node* list = link.find("faults");
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
        const Node& node = list->items[i];
        const pcie::ScriptedFault fault{
            .is_tlp = read_choice(node, "packet", std::array{std::pair{"tlp"sv, true}, std::pair{"dllp"sv, false}}),
            .number = static_cast<std::uint64_t>(read_whole(node, "number")),
            .fate = read_choice(node, "effect",
                                std::array{std::pair{"corrupt"sv, pcie::PacketFate::corrupted},
                                           std::pair{"drop"sv, pcie::PacketFate::dropped}})};
        auto& direction =
            read_choice(node, "direction", std::array{std::pair{"up"sv, true}, std::pair{"down"sv, false}})
                ? faults.up
                : faults.down;
        const bool again = std::ranges::any_of(direction, [&fault](const pcie::ScriptedFault& other) {
            return other.is_tlp == fault.is_tlp && other.number == fault.number;
        });
        if (again) {
            fail({.where = node.where,
                  .what =
                      fmt::format("{} {} of this direction has a fault already", node.at("packet").text, fault.number),
                  .key = fmt::format("{}.faults[{}]", path, i),
                  .accepted = "each packet once"});
        }
        direction.push_back(fault);
    }
}

/// Headers and data are infinite together: the model's gate of a class is open or not.
void check_infinite(const Node& credits, const std::string& path) {
    for (const auto& [name, flow] : flow_classes) {
        const Node& of = credits.at(name);
        const bool headers = of.at("headers").text == infinite_credits;
        const bool data = of.at("data").text == infinite_credits;
        if (headers != data) {
            fail({.where = of.at(headers ? "data" : "headers").where,
                  .what = "only one of headers and data is infinite",
                  .key = fmt::format("{}.{}.{}", path, name, headers ? "data" : "headers"),
                  .accepted = "numbers for both, or infinite"});
        }
    }
}

/// A receiver that cannot take a TLP of the maximum payload stops it forever (PCIe base table 2-50: minimum initial
/// advertisements).
void check_payload(const Node& credits, const pcie::Credits& of, unsigned max_payload, const std::string& path) {
    for (const auto& [name, flow] : flow_classes) {
        const std::uint32_t least = max_payload / pcie::data_credit_bytes;
        if (flow != pcie::FlowClass::non_posted && !of[flow].infinite && of[flow].limit.data < least) {
            fail({.where = credits.at(name).at("data").where,
                  .what = fmt::format("less than one maximum payload of {} B", max_payload),
                  .key = fmt::format("{}.{}.data", path, name),
                  .accepted = fmt::format("at least {} credits of {} B", least, pcie::data_credit_bytes)});
        }
    }
}

[[nodiscard]] unsigned largest_payload(const Config& config) {
    unsigned largest = 0;
    for (const ServerConfig& server : config.servers) {
        largest = std::max(largest, server.max_payload);
    }
    return largest;
}

/// The link of a root port is described at the server.
void check_attached(const Node& link, const DeviceConfig& device, const Config& config) {
    const bool has_latency = device.link.latency != SimTime{60ns}; // the default
    const std::string_view key = device.link.faults.bit_error_rate != 0 ? "bit_error_rate"
                                 : link.find("faults") != nullptr       ? "faults"
                                 : link.find("down") != nullptr         ? "down"
                                 : has_latency                          ? "latency"
                                                                        : "";
    if (!key.empty()) {
        const std::string& server = config.server(*device.attach).name;
        fail({.where = link.at(key).where,
              .what =
                  fmt::format("'{}' sits at the root port of '{}', whose link is described there", device.name, server),
              .key = fmt::format("topology.devices.{}.link.{}", device.name, key),
              .accepted = fmt::format("the same key of topology.servers.{}.link", server)});
    }
}

} // namespace

std::vector<TimeSpan> read_spans(const Node& map, std::string_view key, const std::string& path) {
    const Node* list = map.find(key);
    std::vector<TimeSpan> spans;
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
        const Node& node = list->items[i];
        const SimTime from = read_time(node, "at");
        if (!spans.empty() && from <= spans.back().until) {
            fail({.where = node.at("at").where,
                  .what =
                      fmt::format("no gap after the time before it, which ends at {}", format_time(spans.back().until)),
                  .key = fmt::format("{}.{}[{}].at", path, key, i),
                  .accepted = "times in order, with a gap between them"});
        }
        spans.push_back({from, from + read_time(node, "for")});
    }
    return spans;
}

LinkConfig read_link(const Node& link, const Node& topology, const std::string& path) {
    LinkConfig result;
    result.generation = static_cast<unsigned>(read_whole(link, "generation"));
    result.width = static_cast<unsigned>(read_whole(link, "width"));
    result.dllp_accounting = read_choice(topology, "dllp_accounting",
                                         std::array{std::pair{"exact"sv, pcie::DllpAccounting::exact},
                                                    std::pair{"pcie-bench"sv, pcie::DllpAccounting::pcie_bench}});
    result.latency = read_time(link, "latency");
    check_infinite(link.at("credits"), path + ".credits");
    result.credits = read_credits(link.at("credits"));
    result.faults.bit_error_rate = read_probability(link, "bit_error_rate");
    read_scripted_faults(link, path, result.faults);
    result.faults.down_times = read_spans(link, "down", path);
    return result;
}

void fill_in_credits(Node& credits, const DeviceConfig& device) {
    struct Default {
        std::string_view flow;
        std::string_view part;
        std::string_view intel_82599;
        std::string_view dma_probe;
    };
    static constexpr auto defaults = std::to_array<Default>({{"posted", "headers", "32", "8"},
                                                             {"posted", "data", "128", "32"},
                                                             {"non_posted", "headers", "32", "8"},
                                                             {"non_posted", "data", "32", "8"}});
    for (const Default& of : defaults) {
        Node& flow = *credits.find(of.flow);
        if (flow.find(of.part) == nullptr) {
            flow.set(of.part,
                     Node::scalar(std::string(device.model == DeviceModel::dma_probe ? of.dma_probe : of.intel_82599),
                                  flow.where));
        }
    }
}

void fill_in_share(Node& credits, const pcie::Credits& whole, unsigned divisor, const Config& config) {
    const unsigned payload = largest_payload(config) / pcie::data_credit_bytes;
    for (const auto& [name, flow] : flow_classes) {
        Node& of = *credits.find(name);
        const pcie::CreditCost all = whole[flow].limit;
        const unsigned least_data = flow == pcie::FlowClass::non_posted ? 1 : payload;
        const pcie::CreditCost share{std::max(all.headers / divisor, 1U), std::max(all.data / divisor, least_data)};
        for (const auto& [part, value] : {std::pair{"headers"sv, share.headers}, std::pair{"data"sv, share.data}}) {
            if (of.find(part) == nullptr) {
                of.set(part, Node::scalar(fmt::format("{}", value), of.where));
            }
        }
    }
}

void check_links(const Node& topology, const Config& config) {
    const unsigned largest = largest_payload(config);
    for (const ServerConfig& server : config.servers) {
        check_payload(topology.at("servers").at(server.name).at("link").at("credits"), server.link.credits,
                      server.max_payload, fmt::format("topology.servers.{}.link.credits", server.name));
    }
    for (const DeviceConfig& device : config.devices) {
        const Node& link = topology.at("devices").at(device.name).at("link");
        check_payload(link.at("credits"), device.link.credits,
                      device.attach ? config.server(*device.attach).max_payload : largest,
                      fmt::format("topology.devices.{}.link.credits", device.name));
        if (device.attach) {
            check_attached(link, device, config);
        }
    }
    if (const Node* node = topology.find("switch")) {
        const SwitchConfig& of = *config.multi_root_switch;
        check_payload(node->at("upstream_credits"), of.upstream_credits, largest, "topology.switch.upstream_credits");
        check_payload(node->at("downstream_credits"), of.downstream_credits, largest,
                      "topology.switch.downstream_credits");
        check_payload(node->at("root_quota"), of.root_quota, largest, "topology.switch.root_quota");
        check_payload(node->at("root_reserve"), of.root_reserve, largest, "topology.switch.root_reserve");
    }
}

} // namespace rootpool::scenario
