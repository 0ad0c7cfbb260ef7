#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rootpool/scenario/keys.h"

namespace rootpool::scenario {

/// The rows directly below a row; all top-level rows for "".
[[nodiscard]] std::vector<const Key*> children_of(std::string_view path);

/// The row with exactly this pattern, or nullptr. Steps inside `parallel` are the rows of timeline[].
[[nodiscard]] const Key* find_pattern(std::string_view path);

/// The last part of a row's path: "duration", "*", "[]".
[[nodiscard]] std::string_view last_part(const Key& key);

/// "a|b|c" as words.
[[nodiscard]] std::vector<std::string> split_choices(std::string_view choices);

/// "a.b[2].c" or "a.b.2.c" as words a, b, 2, c.
[[nodiscard]] std::vector<std::string> split_path(std::string_view path);

} // namespace rootpool::scenario
