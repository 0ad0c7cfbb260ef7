#pragma once

#include "rootpool/scenario/config.h"
#include "scenario/node.h"

/// From a tree that fits the key table to the configuration: names become indices, and what concerns several keys at
/// once is checked. The parts are built in this order. They write what they compute (addresses, names of steps) into
/// the tree, so that `rootpool show` can print it. All throw ScenarioError.
namespace rootpool::scenario {

void build_simulation(const Node& root, Config& config);
void build_topology(Node& root, Config& config);
/// Which VFs go to which server, as the timeline says; fills DeviceConfig::vfs and Config::interfaces.
void build_interfaces(Node& root, Config& config);
void build_timeline(Node& root, Config& config);
void build_expectations(const Node& root, Config& config);

} // namespace rootpool::scenario
