#pragma once

#include "rootpool/scenario/config.h"
#include "scenario/node.h"

namespace rootpool::scenario {

/// A list of {at, for}: times in order, with a gap between them. `path`: of the map.
[[nodiscard]] std::vector<TimeSpan> read_spans(const Node& map, std::string_view key, const std::string& path);
/// What the key `link` of a server or device says. `path`: of that key.
[[nodiscard]] LinkConfig read_link(const Node& link, const Node& topology, const std::string& path);
/// Credits that are not in the key table because they depend on the model of a device are written into the tree.
void fill_in_credits(Node& credits, const DeviceConfig& device);

/// Parts of `credits` that the script leaves out become those of `whole`, divided by `divisor`, but not less than one
/// TLP of any server needs.
void fill_in_share(Node& credits, const pcie::Credits& whole, unsigned divisor, const Config& config);
/// What concerns links and the rest of the topology, which is complete: who may describe a link, and credits for at
/// least one maximum payload.
void check_links(const Node& topology, const Config& config);

} // namespace rootpool::scenario
