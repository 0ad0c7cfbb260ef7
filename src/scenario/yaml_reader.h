#pragma once

#include <string_view>

#include "scenario/node.h"

namespace rootpool::scenario {

/// Deepest nesting of a script, and the number of values in it; far above what the schema needs.
inline constexpr unsigned max_depth = 32;
inline constexpr std::size_t max_nodes = 20'000;

/// One YAML document as a tree. Refuses what is not UTF-8 text, duplicate keys, anchors, aliases, tags, keys that are
/// not plain words, a second document, and anything beyond the limits above and max_script_bytes. Throws ScenarioError.
[[nodiscard]] Node read_yaml(std::string_view text, std::string_view file);

} // namespace rootpool::scenario
