#include "pcie/tlp_json_values.h"

#include <array>
#include <charconv>

#include "rootpool/pcie/tlp_json.h"

namespace rootpool::pcie::json_values {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// The number that the whole of `digits_only` is, in `base`; false if it is none.
bool parse(std::string_view digits_only, int base, std::uint64_t& value) {
    const char* end = digits_only.data() + digits_only.size();
    const auto [stopped, error] = std::from_chars(digits_only.data(), end, value, base);
    return error == std::errc() && stopped == end && !digits_only.empty();
}

} // namespace

void refuse(std::string_view field, std::string_view why) {
    throw TlpJsonError(std::string(field) + ": " + std::string(why));
}

std::uint64_t number(const Json& value, std::string_view field, std::uint64_t max) {
    std::uint64_t parsed = 0;
    bool good = false;
    if (value.is_number_integer()) {
        parsed = value.get<std::uint64_t>();
        good = value.is_number_unsigned() || value.get<std::int64_t>() >= 0;
    } else if (value.is_string()) {
        const auto& string = value.get_ref<const std::string&>();
        const bool is_hexadecimal = string.starts_with("0x") || string.starts_with("0X");
        good = is_hexadecimal ? parse(std::string_view(string).substr(2), 16, parsed) : parse(string, 10, parsed);
    }
    if (!good || parsed > max) {
        refuse(field, "must be a whole number from 0 to " + std::to_string(max));
    }
    return parsed;
}

bool boolean(const Json& value, std::string_view field) {
    if (!value.is_boolean()) {
        refuse(field, "must be true or false");
    }
    return value.get<bool>();
}

std::string text(const Json& value, std::string_view field) {
    if (!value.is_string()) {
        refuse(field, "must be a string");
    }
    return value.get<std::string>();
}

Bdf id(const Json& value, std::string_view field) {
    const std::string string = text(value, field);
    std::uint64_t bus = 0;
    std::uint64_t device = 0;
    std::uint64_t function = 0;
    const bool shape = string.size() == 7 && string[2] == ':' && string[5] == '.';
    if (!shape || !parse(std::string_view(string).substr(0, 2), 16, bus) ||
        !parse(std::string_view(string).substr(3, 2), 16, device) ||
        !parse(std::string_view(string).substr(6), 16, function) || device > 0x1F || function > 7) {
        refuse(field, "must be bus, device and function as \"bb:dd.f\", hexadecimal");
    }
    return {static_cast<std::uint8_t>(bus), static_cast<std::uint8_t>(device), static_cast<std::uint8_t>(function)};
}

std::vector<std::uint8_t> bytes(const Json& value, std::string_view field) {
    const std::string string = text(value, field);
    std::vector<std::uint8_t> parsed;
    parsed.reserve(string.size() / 2);
    for (std::size_t i = 0; i < string.size(); i += 2) {
        std::uint64_t byte = 0;
        if (i + 1 == string.size() || !parse(std::string_view(string).substr(i, 2), 16, byte)) {
            refuse(field, "must be pairs of hexadecimal digits");
        }
        parsed.push_back(static_cast<std::uint8_t>(byte));
    }
    return parsed;
}

std::string hexadecimal(std::uint64_t value) {
    std::array<char, 16> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16);
    return "0x" + std::string(buffer.data(), end);
}

std::string hexadecimal(core::ByteView value) {
    std::string string;
    string.reserve(value.size() * 2);
    for (const std::uint8_t byte : value) {
        string += digits[byte >> 4U];
        string += digits[byte & 0xFU];
    }
    return string;
}

} // namespace rootpool::pcie::json_values
