#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rootpool::scenario {

/// The candidate that `word` is probably a slip of; empty if none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "a, b or c".
[[nodiscard]] std::string enumerate(const std::vector<std::string>& words);

} // namespace rootpool::scenario
