#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/types.h"

/// Single values of a TLP's JSON form. The parsers throw TlpJsonError with the field's name.
namespace rootpool::pcie::json_values {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(std::string_view field, std::string_view why);

/// A number from 0 to `max`: a JSON number, or a string in decimal or "0x" hexadecimal.
[[nodiscard]] std::uint64_t number(const Json& value, std::string_view field, std::uint64_t max);
[[nodiscard]] bool boolean(const Json& value, std::string_view field);
[[nodiscard]] std::string text(const Json& value, std::string_view field);
/// "bb:dd.f".
[[nodiscard]] Bdf id(const Json& value, std::string_view field);
/// Pairs of hexadecimal digits.
[[nodiscard]] std::vector<std::uint8_t> bytes(const Json& value, std::string_view field);

[[nodiscard]] std::string hexadecimal(std::uint64_t value);
[[nodiscard]] std::string hexadecimal(core::ByteView value);

} // namespace rootpool::pcie::json_values
