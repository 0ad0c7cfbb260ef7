#pragma once

#include "models/host/server.h"
#include "models/nic/nic_config.h"
#include "models/pooling/multi_root_switch.h"
#include "rootpool/scenario/config.h"

/// From what a script says to what the models want. No decisions here: names, units and defaults are the script's.
namespace rootpool::models {

[[nodiscard]] LinkConfig link_config(const scenario::ServerConfig& server);
[[nodiscard]] ServerConfig server_config(const scenario::ServerConfig& server);
[[nodiscard]] Nic82599Config nic_config(const scenario::DeviceConfig& device, std::size_t index);
[[nodiscard]] MultiRootSwitchConfig switch_config(const scenario::Config& config);

} // namespace rootpool::models
