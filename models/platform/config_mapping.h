#pragma once

#include "models/host/server.h"
#include "models/nic/nic_config.h"
#include "models/pooling/multi_root_switch.h"
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
[[nodiscard]] ServerConfig server_config(const scenario::ServerConfig& server);
[[nodiscard]] Nic82599Config nic_config(const scenario::DeviceConfig& device, std::size_t index);
[[nodiscard]] MultiRootSwitchConfig switch_config(const scenario::Config& script);

} // namespace rootpool::models
