#pragma once

#include <string_view>

#include "scenario/node.h"

namespace rootpool::scenario {

/// Applies one "path=value" to the tree; the value is YAML. What it puts there says in messages that it came from the
/// option. Throws ScenarioError.
void apply_override(Node& root, std::string_view option);

} // namespace rootpool::scenario
