#include "rootpool/scenario/one_line.h"

#include <cstdint>

#include <fmt/format.h>

#include "scenario/text_check.h"

namespace rootpool::scenario {
namespace {

std::string escaped(char c) {
    switch (c) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
    }
}

bool is_control(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte < 0x20 || byte == 0x7F;
}

/// U+0080 to U+009F, of two bytes in UTF-8. U+0085 is a line break.
bool is_c1_control(std::string_view character) {
    return character.size() == 2 && character[0] == '\xC2' && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

} // namespace

std::string one_line(std::string_view text) {
    std::string line;
    line.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (length == 0 || is_control(character[0])) {
            line += escaped(character[0]);
        } else if (is_c1_control(character)) {
            line += fmt::format("\\u00{:02x}", static_cast<std::uint8_t>(character[1]));
        } else {
            line += character;
        }
        text.remove_prefix(character.size());
    }
    return line;
}

} // namespace rootpool::scenario
