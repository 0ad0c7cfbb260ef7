#pragma once

#include <string>

#include "rootpool/host/cpu_profile.h"
#include "scenario/node.h"

namespace rootpool::scenario {

/// Every profile of the script must be based on a built-in one and must not hide one. Throws ScenarioError.
void check_cpu_profiles(const Node& root);

/// The profile that a server names: one of the script's cpu_profiles or a built-in one. Throws ScenarioError.
[[nodiscard]] host::CpuProfile resolve_cpu(const Node& name, const Node& root, const std::string& key);

} // namespace rootpool::scenario
