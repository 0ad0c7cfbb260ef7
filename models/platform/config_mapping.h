#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/host/server.h"
#include "models/nic/nic_config.h"
#include "models/pooling/multi_root_switch.h"
#include "rootpool/pcie/fault_sources.h"
#include "rootpool/scenario/config.h"

/// From what a script says to what the models want. No decisions here: names, units and defaults are the script's.
namespace rootpool::models {

/// Between a root port and the switch, whose upstream ports do what the server can.
[[nodiscard]] LinkConfig link_config(const scenario::ServerConfig& server);
/// Between a root port and the device in it: training settles on what both ends can do (PCIe base 4.2.4).
[[nodiscard]] LinkConfig attached_link_config(const scenario::ServerConfig& server,
                                              const scenario::DeviceConfig& device);
/// Between the switch and a device: its downstream ports do what the device can. The master sets the payload.
[[nodiscard]] LinkConfig device_link_config(const scenario::DeviceConfig& device, const scenario::ServerConfig& master);
/// As seen from the upstream component.
enum class LinkDirection : std::uint8_t { down, up };
/// Faults of one direction of the link of this name; empty when it has none. Bit errors come from a stream of their
/// own.
[[nodiscard]] std::unique_ptr<pcie::CombinedFaults>
fault_source(const scenario::LinkFaults& faults, LinkDirection direction, const std::string& link, std::uint64_t seed);
[[nodiscard]] ServerConfig server_config(const scenario::ServerConfig& server);
[[nodiscard]] Nic82599Config nic_config(const scenario::DeviceConfig& device, std::size_t index);
[[nodiscard]] MultiRootSwitchConfig switch_config(const scenario::Config& script);

} // namespace rootpool::models
