#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rootpool::scenario {

/// Bytes of the character at the front of `text`, which is not empty; 0 if it is not UTF-8.
[[nodiscard]] std::size_t character_length(std::string_view text);

struct BadCharacter {
    std::size_t line = 1;
    std::size_t column = 1; ///< in bytes, from 1
    std::string reason;
};

/// The first byte that does not belong into a text: a control character other than tab, line feed and carriage return,
/// or what is not UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] std::optional<BadCharacter> first_bad_character(std::string_view text);

} // namespace rootpool::scenario
