#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rootpool::scenario {

struct BadCharacter {
    std::size_t line = 1;
    std::size_t column = 1; ///< in bytes, from 1
    std::string reason;
};

/// The first byte that does not belong into a text: a control character other than tab, line feed and carriage return,
/// or what is not UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] std::optional<BadCharacter> first_bad_character(std::string_view text);

} // namespace rootpool::scenario
