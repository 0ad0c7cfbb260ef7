#include "scenario/text_check.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace rootpool::scenario {
namespace {

/// One row of RFC 3629, section 4: the lead bytes, how many bytes follow, and the range of the first of them.
struct Utf8Form {
    std::uint8_t lead_first;
    std::uint8_t lead_last;
    std::uint8_t following;
    std::uint8_t second_first;
    std::uint8_t second_last;
};
constexpr auto utf8_forms = std::to_array<Utf8Form>({
    {0xC2, 0xDF, 1, 0x80, 0xBF},
    {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F},
    {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF},
    {0xF4, 0xF4, 3, 0x80, 0x8F},
});

constexpr bool within(std::uint8_t byte, std::uint8_t first, std::uint8_t last) {
    return byte >= first && byte <= last;
}

bool is_refused_control(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

} // namespace

std::size_t character_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (byte(0) < 0x80) {
        return 1;
    }
    for (const Utf8Form& form : utf8_forms) {
        if (!within(byte(0), form.lead_first, form.lead_last)) {
            continue;
        }
        bool good = text.size() > form.following && within(byte(1), form.second_first, form.second_last);
        for (std::size_t i = 2; good && i <= form.following; ++i) {
            good = within(byte(i), 0x80, 0xBF);
        }
        return good ? form.following + 1U : 0;
    }
    return 0;
}

std::optional<BadCharacter> first_bad_character(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character_length(text.substr(at));
        if (length == 0 || is_refused_control(text[at])) {
            const std::string_view before = text.substr(0, at);
            const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0: the first line
            return BadCharacter{static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, at - line_start + 1,
                                length == 0 ? "a byte that is not UTF-8" : "a control character"};
        }
        at += length;
    }
    return std::nullopt;
}

} // namespace rootpool::scenario
