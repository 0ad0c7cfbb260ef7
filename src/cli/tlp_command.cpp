#include "cli/tlp_command.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ostream>
#include <variant>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include "rootpool/pcie/tlp_codec.h"
#include "rootpool/pcie/tlp_json.h"
#include "rootpool/scenario/one_line.h"

namespace rootpool::cli {
namespace {

std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view digits) {
    if (digits.size() % 2 != 0) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> bytes;
    bytes.reserve(digits.size() / 2);
    for (; !digits.empty(); digits.remove_prefix(2)) {
        std::uint8_t byte = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
        if (error != std::errc{} || end != digits.data() + 2) {
            return std::nullopt;
        }
        bytes.push_back(byte);
    }
    return bytes;
}

int refuse(const Streams& streams, std::string_view message) {
    fmt::print(streams.err, "rootpool: {}\n", scenario::one_line(message));
    return exit_usage;
}

/// "line 1, column 2" of the byte with this number, from 1.
std::string place_of(std::size_t byte, std::string_view text) {
    const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
    const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0: the first line
    return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1, before.size() - line_start + 1);
}

/// Throws pcie::TlpJsonError.
nlohmann::ordered_json parse_json(const std::string& text) {
    try {
        return nlohmann::ordered_json::parse(text);
    } catch (const nlohmann::json::parse_error& error) {
        throw pcie::TlpJsonError(
            fmt::format(R"(not JSON: {}; accepted: an object as `rootpool tlp decode` prints it, such as {})",
                        place_of(error.byte, text), R"({"kind": "memory_read", "address": "0xfee00000"})"));
    } catch (const nlohmann::json::out_of_range&) {
        throw pcie::TlpJsonError("a number of the JSON is too large; accepted: whole numbers of at most 64 bits");
    }
}

} // namespace

int tlp_decode(const std::vector<std::string>& words, const Streams& streams) {
    std::string digits;
    for (const std::string& word : words) {
        for (const char c : word) {
            if (c != ' ' && c != '\n' && c != '\t') {
                digits += c;
            }
        }
    }
    const auto bytes = parse_hex(digits);
    if (!bytes) {
        return refuse(streams, "not the bytes of a TLP; accepted: pairs of hexadecimal digits");
    }
    const auto decoded = pcie::decode_tlp(*bytes);
    if (const auto* error = std::get_if<pcie::TlpError>(&decoded)) {
        return refuse(streams, fmt::format("malformed TLP, byte {}: {}", error->byte_offset, error->rule));
    }
    fmt::print(streams.out, "{}\n", pcie::to_json(std::get<pcie::DecodedTlp>(decoded)).dump(2));
    return exit_met;
}

int tlp_encode(const std::string& json, const Streams& streams) {
    try {
        const pcie::DecodedTlp tlp = pcie::tlp_from_json(parse_json(json));
        std::vector<std::uint8_t> bytes;
        pcie::encode(tlp.header, tlp.data, bytes, tlp.ecrc);
        fmt::print(streams.out, "{:02x}\n", fmt::join(bytes, ""));
        return exit_met;
    } catch (const pcie::TlpJsonError& error) {
        return refuse(streams, error.what());
    }
}

} // namespace rootpool::cli
