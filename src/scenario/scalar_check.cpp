#include "scenario/scalar_check.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "rootpool/pcie/credits.h"
#include "rootpool/scenario/refused_features.h"
#include "rootpool/scenario/units.h"
#include "scenario/failure.h"
#include "scenario/key_lookup.h"
#include "scenario/text_check.h"

namespace rootpool::scenario {
namespace {

constexpr std::size_t longest_name = 32;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }

bool is_path(std::string_view text) {
    while (true) {
        const auto slash = text.find('/');
        if (!is_name(text.substr(0, slash))) {
            return false;
        }
        if (slash == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(slash + 1);
    }
}

/// Why the text is not what the key wants; empty if it is.
using Problem = std::string;

Problem range_problem(std::int64_t value, const Key& key) {
    if (value < 0 && key.min >= 0) {
        return "negative value";
    }
    return value < key.min || value > key.max ? "out of range" : "";
}

Problem text_problem(const Node& node, const Key& key) {
    if (node.text.find('\n') != std::string::npos || first_bad_character(node.text)) {
        return "a control character in the text";
    }
    const auto length = static_cast<std::int64_t>(node.text.size());
    return length < key.min || length > key.max ? fmt::format("a text of {} characters", length) : "";
}

Problem integer_problem(const Node& node, const Key& key) {
    if (const auto value = read_integer(node.text)) {
        return range_problem(*value, key);
    }
    const bool has_digits = !node.text.empty() && std::ranges::all_of(node.text, is_digit);
    return fmt::format("'{}' is {}", node.text, has_digits ? "too large" : "not a whole number");
}

Problem measure_problem(const Node& node, const Key& key, Dimension dimension) {
    const auto value = parse_exact(node.text, dimension);
    const auto* problem = std::get_if<std::string>(&value);
    return problem == nullptr ? range_problem(std::get<std::int64_t>(value), key) : *problem;
}

Problem probability_problem(const Node& node, const Key& key) {
    const auto value = parse_probability(node.text);
    const auto* problem = std::get_if<std::string>(&value);
    return problem == nullptr ? range_problem(std::get<std::int64_t>(value), key) : *problem;
}

Problem credits_problem(const Node& node, const Key& key) {
    const auto credits = read_credit_count(node.text, key.type);
    if (!credits) {
        return fmt::format("'{}' is not a number of credits", node.text);
    }
    if (*credits == 0) {
        return node.text != infinite_credits ? "out of range" : key.min == 0 ? "" : "not infinite at such a port";
    }
    return range_problem(*credits, key);
}

Problem quantity_problem(const Node& node) {
    const auto quantity = read_quantity(node.text);
    if (!quantity) {
        return fmt::format("'{}' is not a decimal number", node.text);
    }
    return quantity->dimension ? "" : fmt::format("unknown unit '{}'", quantity->unit);
}

Problem problem_of(const Node& node, const Key& key) {
    switch (key.type) {
    case KeyType::name:
        return is_name(node.text) ? "" : "not a name";
    case KeyType::path:
        return is_path(node.text) && node.text.size() <= static_cast<std::size_t>(key.max) ? "" : "not a scenario name";
    case KeyType::integer:
        return integer_problem(node, key);
    case KeyType::flag:
        return node.text == "on" || node.text == "off" ? "" : fmt::format("'{}' is neither on nor off", node.text);
    case KeyType::time:
        return measure_problem(node, key, Dimension::time);
    case KeyType::time_or_off:
        return node.text == switched_off ? "" : measure_problem(node, key, Dimension::time);
    case KeyType::time_per_byte:
        return measure_problem(node, key, Dimension::time_per_byte);
    case KeyType::data_rate:
        return measure_problem(node, key, Dimension::data_rate);
    case KeyType::data_size:
        return measure_problem(node, key, Dimension::data_size);
    case KeyType::probability:
        return probability_problem(node, key);
    case KeyType::header_credits:
    case KeyType::data_credits:
        return credits_problem(node, key);
    case KeyType::ipv4:
        return read_ipv4(node.text) ? "" : "not an IPv4 address";
    case KeyType::quantity:
        return quantity_problem(node);
    default:
        return text_problem(node, key);
    }
}

std::optional<std::pair<std::int64_t, std::int64_t>> read_span(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = read_integer(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_integer(text.substr(dash + 1));
    if (!first || !last || *first > *last) {
        return std::nullopt;
    }
    return std::pair{*first, *last};
}

/// A wrong value may ask for something that is known, and not modelled.
[[noreturn]] void refuse(const Node& node, const Key& key, const std::string& path, std::string what,
                         std::string suggestion = {}) {
    const std::string_view name = last_part(key);
    const std::string_view map = key.path.substr(0, key.path.size() - std::min(key.path.size(), name.size() + 1));
    const RefusedFeature* refused = find_refused(map, name, node.text);
    fail({.where = node.where,
          .what = refused != nullptr ? describe(*refused) : std::move(what),
          .key = path,
          .accepted = accepted(key),
          .suggestion = refused != nullptr ? "" : std::move(suggestion)});
}

void check_choice(const Node& node, const Key& key, const std::string& path) {
    const auto choices = split_choices(key.choices);
    const auto quantity = read_quantity(node.text);
    for (const std::string& choice : choices) {
        // "0.25 KiB" is "256 B"
        const auto same = read_quantity(choice);
        if (choice == node.text ||
            (quantity && same && quantity->dimension == same->dimension && quantity->exact() == same->exact())) {
            return;
        }
    }
    refuse(node, key, path, fmt::format("'{}' is not one of the values", node.text), nearest(node.text, choices));
}

} // namespace

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= longest_name && is_letter(text.front()) &&
           std::ranges::all_of(text, is_name_character);
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<std::int64_t> read_credit_count(std::string_view text, KeyType type) {
    if (text == infinite_credits) {
        return 0;
    }
    const auto size = parse_exact(text, Dimension::data_size);
    const auto* bytes = std::get_if<std::int64_t>(&size);
    if (type == KeyType::header_credits || bytes == nullptr) {
        return read_integer(text);
    }
    constexpr std::int64_t credit = pcie::data_credit_bytes;
    return *bytes % credit == 0 ? std::optional(*bytes / credit) : std::nullopt;
}

std::optional<Ipv4> read_ipv4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        const auto dot = part == 3 ? text.size() : text.find('.');
        if (dot > 3) { // or none at all
            return std::nullopt;
        }
        const auto value = read_integer(text.substr(0, dot));
        if (!value || *value < 0 || *value > 255) {
            return std::nullopt;
        }
        address = address << 8U | static_cast<std::uint32_t>(*value);
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return Ipv4{address};
}

std::optional<std::vector<std::uint16_t>> read_vf_set(const Node& node, std::int64_t smallest, std::int64_t largest) {
    std::vector<std::uint16_t> numbers;
    const auto add = [&](std::string_view text) {
        const auto span = read_span(text);
        if (!span || span->first < smallest || span->second > largest) {
            return false;
        }
        for (std::int64_t number = span->first; number <= span->second; ++number) {
            numbers.push_back(static_cast<std::uint16_t>(number));
        }
        return true;
    };
    const bool readable =
        node.kind == Node::Kind::scalar
            ? add(node.text)
            : node.kind == Node::Kind::sequence && std::ranges::all_of(node.items, [&](const Node& item) {
                  return item.kind == Node::Kind::scalar && add(item.text);
              });
    std::ranges::sort(numbers);
    if (!readable || numbers.empty() || std::ranges::adjacent_find(numbers) != numbers.end()) {
        return std::nullopt;
    }
    return numbers;
}

void check_scalar(Node& node, const Key& key, const std::string& path) {
    if (key.type == KeyType::vf_set) {
        if (!read_vf_set(node, key.min, key.max)) {
            fail({.where = node.where, .what = "not a set of VF numbers", .key = path, .accepted = accepted(key)});
        }
        return;
    }
    if (node.kind != Node::Kind::scalar) {
        fail({.where = node.where,
              .what = fmt::format("{} where a single value is expected", describe(node.kind)),
              .key = path,
              .accepted = accepted(key)});
    }
    if (key.type == KeyType::flag && (node.text == "true" || node.text == "false")) {
        node.text = node.text == "true" ? "on" : "off";
    }
    if (const Problem problem = key.type == KeyType::choice ? "" : problem_of(node, key); !problem.empty()) {
        refuse(node, key, path, problem);
    }
    if (!key.choices.empty()) {
        check_choice(node, key, path);
    }
}

} // namespace rootpool::scenario
