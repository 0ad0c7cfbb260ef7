#include "rootpool/scenario/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace rootpool::scenario {
namespace {

struct Unit {
    std::string_view name;
    Dimension dimension;
    std::uint64_t scale; ///< base units in one of this unit
};

constexpr auto units = std::to_array<Unit>({
    {"", Dimension::count, 1},
    {"fs", Dimension::time, 1},
    {"ps", Dimension::time, 1'000},
    {"ns", Dimension::time, 1'000'000},
    {"us", Dimension::time, 1'000'000'000},
    {"ms", Dimension::time, 1'000'000'000'000},
    {"s", Dimension::time, 1'000'000'000'000'000},
    {"b/s", Dimension::data_rate, 1},
    {"kb/s", Dimension::data_rate, 1'000},
    {"Mb/s", Dimension::data_rate, 1'000'000},
    {"Gb/s", Dimension::data_rate, 1'000'000'000},
    {"B", Dimension::data_size, 1},
    {"KB", Dimension::data_size, 1'000},
    {"MB", Dimension::data_size, 1'000'000},
    {"GB", Dimension::data_size, 1'000'000'000},
    {"KiB", Dimension::data_size, 1ULL << 10U},
    {"MiB", Dimension::data_size, 1ULL << 20U},
    {"GiB", Dimension::data_size, 1ULL << 30U},
    {"%", Dimension::percent, 1},
    {"ps/B", Dimension::time_per_byte, 1'000},
    {"ns/B", Dimension::time_per_byte, 1'000'000},
});

const Unit* find_unit(std::string_view name) {
    for (const Unit& unit : units) {
        if (unit.name == name) {
            return &unit;
        }
    }
    return nullptr;
}

constexpr auto powers_of_ten = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (auto& entry : powers) {
        entry = power;
        power *= 10; // the last product overflows and is not used
    }
    return powers;
}();

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the digits at the front of `text` into `digits`; how many there were, or none if the number became too large.
std::optional<unsigned> take_digits(std::string_view& text, std::uint64_t& digits) {
    unsigned count = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++count) {
        if (__builtin_mul_overflow(digits, std::uint64_t{10}, &digits) ||
            __builtin_add_overflow(digits, static_cast<std::uint64_t>(text.front() - '0'), &digits)) {
            return std::nullopt;
        }
    }
    return count;
}

/// A number of more digits before its point than are kept.
bool is_too_large(std::string_view text) {
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    std::uint64_t digits = 0;
    return !take_digits(text, digits);
}

/// The quantity, or why it is none of this dimension.
std::variant<Quantity, std::string> quantity_of(std::string_view text, Dimension dimension) {
    const auto quantity = read_quantity(text);
    if (!quantity && is_too_large(text)) {
        return fmt::format("'{}' is too large", text);
    }
    if (!quantity) {
        return fmt::format("'{}' is not a decimal number{}", text, dimension == Dimension::count ? "" : " with a unit");
    }
    if (quantity->dimension == dimension) {
        return *quantity;
    }
    if (quantity->unit.empty()) {
        return fmt::format("'{}' has no unit", text);
    }
    return quantity->dimension ? fmt::format("the unit '{}' does not fit here", quantity->unit)
                               : fmt::format("unknown unit '{}'", quantity->unit);
}

} // namespace

std::string unit_names(Dimension dimension) {
    std::string names;
    for (const Unit& unit : units) {
        if (unit.dimension == dimension && !unit.name.empty()) {
            names += names.empty() ? "" : ", ";
            names += unit.name;
        }
    }
    return names;
}

std::string_view base_unit(Dimension dimension) noexcept {
    switch (dimension) {
    case Dimension::count:
        return "1";
    case Dimension::time:
        return "s";
    case Dimension::data_rate:
        return "b/s";
    case Dimension::data_size:
        return "B";
    case Dimension::percent:
        return "%";
    case Dimension::time_per_byte:
        return "s/B";
    }
    return "";
}

std::optional<Quantity> read_quantity(std::string_view text) {
    Quantity quantity;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        quantity.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const auto whole = take_digits(text, quantity.digits);
    if (!whole || *whole == 0) {
        return std::nullopt;
    }
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        const auto fraction = take_digits(text, quantity.digits);
        if (!fraction || *fraction == 0) {
            return std::nullopt;
        }
        quantity.decimals = *fraction;
    }
    while (quantity.decimals > 0 && quantity.digits % 10 == 0) {
        quantity.digits /= 10;
        --quantity.decimals;
    }
    if (quantity.decimals >= powers_of_ten.size()) {
        return std::nullopt;
    }
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (!text.empty() && (is_digit(text.front()) || text.front() == '.')) {
        return std::nullopt;
    }
    quantity.unit = text;
    if (const Unit* unit = find_unit(text)) {
        quantity.dimension = unit->dimension;
    }
    return quantity;
}

double Quantity::value() const {
    const Unit* known = find_unit(unit);
    const double magnitude = static_cast<double>(digits) * static_cast<double>(known == nullptr ? 1 : known->scale) /
                             static_cast<double>(powers_of_ten[decimals]);
    return negative ? -magnitude : magnitude;
}

std::optional<std::int64_t> Quantity::exact() const {
    const Unit* known = find_unit(unit);
    std::uint64_t scale = known == nullptr ? 1 : known->scale;
    std::uint64_t divisor = powers_of_ten[decimals];
    const std::uint64_t common = std::gcd(scale, divisor);
    scale /= common;
    divisor /= common;
    std::uint64_t magnitude = 0;
    if (digits % divisor != 0 || __builtin_mul_overflow(digits / divisor, scale, &magnitude) ||
        magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
}

std::variant<std::int64_t, std::string> parse_exact(std::string_view text, Dimension dimension) {
    const auto quantity = quantity_of(text, dimension);
    if (const auto* reason = std::get_if<std::string>(&quantity)) {
        return *reason;
    }
    if (const auto exact = std::get<Quantity>(quantity).exact()) {
        return *exact;
    }
    return fmt::format("'{}' is too large or too fine", text);
}

std::variant<double, std::string> parse_number(std::string_view text, Dimension dimension) {
    const auto quantity = quantity_of(text, dimension);
    if (const auto* reason = std::get_if<std::string>(&quantity)) {
        return *reason;
    }
    return std::get<Quantity>(quantity).value();
}

std::variant<std::int64_t, std::string> parse_probability(std::string_view text) {
    constexpr unsigned unit_decimals = 18;
    const auto mark = text.find_first_of("eE");
    const auto quantity = read_quantity(text.substr(0, mark));
    std::uint64_t exponent = 0; // of 10, negative
    const bool has_exponent = mark != std::string_view::npos;
    if (has_exponent) {
        std::string_view power = text.substr(mark + 1);
        const bool negative = power.starts_with('-');
        power.remove_prefix(negative ? 1 : 0);
        const auto length = take_digits(power, exponent);
        if (!length || *length == 0 || !power.empty() || !(negative || exponent == 0)) {
            return fmt::format("'{}' is not a probability", text);
        }
    }
    if (!quantity || !quantity->unit.empty()) {
        return fmt::format("'{}' is not a probability", text);
    }
    const std::uint64_t decimals = quantity->decimals + std::min<std::uint64_t>(exponent, 2 * unit_decimals);
    std::uint64_t value = 0;
    if (quantity->digits != 0 &&
        (decimals > unit_decimals ||
         __builtin_mul_overflow(quantity->digits, powers_of_ten[unit_decimals - decimals], &value) ||
         value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))) {
        return fmt::format("'{}' is too large or too fine", text);
    }
    return quantity->negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

UnitScale unit_scale(std::string_view unit) {
    const Unit* known = find_unit(unit);
    return known == nullptr ? UnitScale{} : UnitScale{known->dimension, static_cast<double>(known->scale)};
}

std::string format_time(SimTime time) {
    const Unit* best = find_unit(time == SimTime{} ? "s" : "fs");
    for (const Unit& unit : units) {
        if (unit.dimension == Dimension::time && std::abs(time.count()) >= static_cast<std::int64_t>(unit.scale)) {
            best = &unit;
        }
    }
    return fmt::format("{} {}", static_cast<double>(time.count()) / static_cast<double>(best->scale), best->name);
}

} // namespace rootpool::scenario
