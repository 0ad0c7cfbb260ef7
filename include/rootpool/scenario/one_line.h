#pragma once

#include <string>
#include <string_view>

namespace rootpool::scenario {

/// The text with every control character (C0, DEL, C1) and every byte that is not UTF-8 written as an escape: "\n",
/// "\x1b", "\u0085". What a message repeats of its user's input stays on its line and does nothing to a terminal. A
/// text without such characters is not changed, so that it does not matter how often it passes here.
[[nodiscard]] std::string one_line(std::string_view text);

} // namespace rootpool::scenario
