#include "rootpool/scenario/refused_features.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rootpool/scenario/units.h"
#include "scenario/key_lookup.h"

namespace rootpool::scenario {
namespace {

constexpr std::string_view link = "topology.servers.*.link|topology.devices.*.link";
constexpr std::string_view device = "topology.devices.*";
constexpr std::string_view server = "topology.servers.*";
constexpr std::string_view step = "timeline[]|timeline[].parallel[]";
/// Where an author may look for a key that says something of PCI Express.
constexpr std::string_view anywhere =
    "topology|topology.switch|topology.servers.*|topology.devices.*|topology.servers.*.link|topology.devices.*.link";
constexpr std::string_view credits =
    "topology.servers.*.link.credits.*|topology.devices.*.link.credits.*|topology.switch.upstream_credits.*|"
    "topology.switch.downstream_credits.*";

/// Columns: maps, keys, values, feature, clause, modelled.
constexpr auto table = std::to_array<RefusedFeature>({
    // physical layer
    {link, "generation", ">5", "links of 64 GT/s and above", "4.2.3"},
    {anywhere, "flit_mode", "", "Flit Mode", "4.2.3", "off"},
    {link, "width", "12|32", "links of 12 and 32 lanes", "7.5.3.6"},
    {anywhere, "bifurcation", "", "ports that share their lanes (bifurcation)", "4.2.5.11"},
    {anywhere, "training|ltssm|equalization|loopback|compliance", "", "states of link training, and equalization",
     "4.2.4 to 4.2.7"},
    {anywhere, "lane_reversal|polarity_inversion|lane_skew", "", "single lanes", "4.2.5", "off"},
    {anywhere, "lane_margining|margining", "", "Lane Margining", "4.2.18", "off"},
    {anywhere, "sris|srns|ssc", "", "separate reference clocks", "4.2.8", "off"},
    {anywhere, "retimers|retimer", "", "retimers", "4.3"},
    {anywhere, "alternate_protocol|cxl", "", "alternate protocols", "4.2.5.2", "off"},
    {anywhere, "aspm|l0s|l0p|l1|l1_substates|clock_power_management", "", "power states of links but L0", "5.4, 5.5",
     "off"},

    // flow control and virtual channels
    {credits, "headers", ">127", "Scaled Flow Control, which more than 127 header credits need", "3.4.2"},
    {credits, "data", ">2047|>32752 B", "Scaled Flow Control, which more than 2047 data credits need", "3.4.2"},
    {anywhere, "scaled_flow_control|data_link_feature", "", "Data Link Feature Exchange and Scaled Flow Control",
     "3.3, 3.4.2", "off"},
    {anywhere, "ack_latency|ack_limit|replay_limit|replay_timer", "", "a choice of Ack and replay limits", "3.6"},
    {anywhere, "virtual_channels|traffic_classes|vc_arbitration", "", "virtual channels but VC0", "2.5, 6.3"},

    // transaction layer
    {server, "max_payload", ">512 B", "payloads above 512 B", "7.5.3.3"},
    {anywhere, "max_read_request", "", "a choice of the maximum read request", "7.5.3.4"},
    {device, "tags", ">256", "tags of more than 8 bits", "2.2.6.2"},
    {anywhere, "ten_bit_tags|fourteen_bit_tags|10_bit_tags|14_bit_tags", "", "10-bit and 14-bit tags", "2.2.6.2",
     "off"},
    {anywhere, "phantom_functions", "", "phantom functions", "2.2.6.2", "off"},
    {anywhere, "relaxed_ordering|id_based_ordering|no_snoop", "", "devices that set Relaxed Ordering, IDO or No Snoop",
     "2.2.6.4, 2.2.6.5", "off"},
    {anywhere, "atomics|atomic_ops", "", "AtomicOps", "6.15", "off"},
    {anywhere, "locked_transactions|locked_reads", "", "locked transactions", "6.5", "off"},
    {anywhere, "io_space|io_bars|io_requests", "", "I/O requests", "2.1.1.2", "off"},
    {anywhere, "tlp_prefixes|prefixes", "", "TLP prefixes", "2.2.10", "off"},
    {anywhere, "tph|steering_tags", "", "TLP Processing Hints", "6.17", "off"},
    {anywhere, "deferrable_writes|uio", "", "Deferrable Memory Writes and Unordered I/O", "6.32, 6.34", "off"},
    {anywhere, "multicast", "", "multicast", "6.14", "off"},
    {anywhere, "peer_to_peer|p2p", "", "requests from device to device", "1.3.1, 6.12", "off"},
    {anywhere, "ecrc", "", "an operating system that enables ECRC", "2.7.1", "off"},
    {anywhere, "rrs|crs", "", "Request Retry Status", "2.3.1", "off"},
    {anywhere, "transaction_ordering|ordering_rules", "", "a choice of ordering rules", "2.4.1"},
    {anywhere, "completion_timeout", "", "a choice of the completion timeout", "2.8, 7.5.3.16"},

    // capabilities
    {server, "iommu", "translate|strict|passthrough", "an IOMMU that translates addresses", "10.1"},
    {anywhere, "ats|pri|page_requests", "", "address translation and page requests", "10", "off"},
    {anywhere, "pasid", "", "PASID", "6.20", "off"},
    {anywhere, "ltr", "", "Latency Tolerance Reporting", "6.18", "off"},
    {anywhere, "obff", "", "Optimized Buffer Flush/Fill", "6.19", "off"},
    {anywhere, "ptm", "", "Precision Time Measurement", "6.21", "off"},
    {anywhere, "dpc", "", "Downstream Port Containment", "6.2.11", "off"},
    {anywhere, "readiness_notifications|drs|frs", "", "readiness notifications", "6.22", "off"},
    {anywhere, "ide|tdisp|doe|cma", "", "link encryption, attestation and what they are built on",
     "6.30, 6.31, 6.33, 11", "off"},
    {anywhere, "resizable_bars|enhanced_allocation", "", "BARs that change their size or place", "6.23, 7.8.6", "off"},
    {anywhere, "flattening_portal_bridge|fpb", "", "Flattening Portal Bridge", "6.26", "off"},
    {anywhere, "expansion_rom", "", "expansion ROMs", "7.5.1.2.4", "off"},
    {anywhere, "slot_power_limit|power_budgeting|dynamic_power_allocation", "", "budgets and limits of power",
     "6.8, 6.9, 6.16"},
    {anywhere, "power_states|pme|wake", "", "power states of functions that a script sets, and power management events",
     "5.3"},
    {anywhere, "intx|msi", "", "devices that interrupt by INTx or MSI", "6.1.2, 6.1.4", "off"},
    {anywhere, "vf_migration", "", "VF Migration", "9.3.3.2.1", "off"},

    // topology and events
    {server, "root_ports", "", "a root complex with several root ports", "1.3.1", "1"},
    {anywhere, "integrated_endpoints|rciep|event_collector", "", "integrated endpoints and event collectors",
     "1.3.2.3, 1.3.4"},
    {"topology", "switches", "", "several switches", "1.3.3"},
    {anywhere, "non_transparent_bridge|ntb", "", "non-transparent bridges", "none", "off"},
    {anywhere, "mr_iov", "", "devices with Multi-Root IOV", "MR-IOV 1.0", "off"},
    {"topology.switch", "vf_placement", "slots", "a virtual slot for each lent VF", "none"},
    {anywhere, "hot_plug|hotplug", "", "hot-plug of a slot", "6.7", "off"},
    {step, "flr|function_level_reset|secondary_bus_reset|link_disable|retrain", "", "resets that a script commands",
     "6.6"},
    {step, "hot_add|hot_remove|hot_plug|power_off|unassign", "", "servers, devices and VFs that go during a run",
     "6.7"},
});

/// Whether a path fits a pattern in which * stands for any one word.
bool fits(std::string_view path, std::string_view pattern) {
    return std::ranges::equal(split_path(path), split_path(pattern),
                              [](const std::string& word, const std::string& of) { return of == "*" || of == word; });
}

bool above(std::string_view value, std::string_view limit) {
    const auto number = read_quantity(value);
    const auto most = read_quantity(limit);
    return number && most && number->dimension == most->dimension && number->value() > most->value();
}

bool asks(std::string_view value, std::string_view asked) {
    return asked.starts_with('>') ? above(value, asked.substr(1)) : value == asked;
}

bool any_of(std::string_view alternatives, auto&& fitting) {
    return std::ranges::any_of(split_choices(alternatives), fitting);
}

} // namespace

std::span<const RefusedFeature> refused_features() noexcept { return table; }

const RefusedFeature* find_refused(std::string_view map, std::string_view key, std::string_view value) {
    const auto* const found = std::ranges::find_if(table, [&](const RefusedFeature& row) {
        return any_of(row.keys, [key](std::string_view of) { return of == key; }) &&
               (row.values.empty() || any_of(row.values, [value](std::string_view of) { return asks(value, of); })) &&
               any_of(row.maps, [map](std::string_view of) { return fits(map, of); });
    });
    return found == table.end() ? nullptr : found;
}

bool asks_for_what_is_modelled(const RefusedFeature& refused, std::string_view value) noexcept {
    return !refused.modelled.empty() && value == refused.modelled;
}

std::string describe(const RefusedFeature& refused) {
    const bool of_base = refused.clause.front() >= '0' && refused.clause.front() <= '9';
    const std::string_view document = of_base ? "PCIe base " : "";
    const std::string clause = refused.clause == "none" ? "" : fmt::format(" ({}{})", document, refused.clause);
    return fmt::format("not modelled, see docs/pcie-coverage.md: {}{}", refused.feature, clause);
}

} // namespace rootpool::scenario
