#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rootpool/core/time.h"

/// Numbers with units, as scripts and the command line write them: "9.39 Gb/s", "5 us", "430 KB", "0.5 %".
namespace rootpool::scenario {

/// What a number measures, and in which base unit it is kept: pieces, fs, b/s, B, %, fs/B.
enum class Dimension : std::uint8_t { count, time, data_rate, data_size, percent, time_per_byte };

/// "us, ms, ..." of one dimension, for messages.
[[nodiscard]] std::string unit_names(Dimension dimension);
/// The unit of results: "b/s", "B", "s", "%"; "1" for counts.
[[nodiscard]] std::string_view base_unit(Dimension dimension) noexcept;

/// One decimal number and its unit, split but not yet computed: 9.39 Gb/s is 939 / 10^2 times 10^9.
struct Quantity {
    bool negative = false;
    std::uint64_t digits = 0;
    unsigned decimals = 0;              ///< digits after the point, without trailing zeros
    std::string_view unit;              ///< as written
    std::optional<Dimension> dimension; ///< none: no such unit

    /// In the base unit; rounded as a double is.
    [[nodiscard]] double value() const;
    /// In the base unit, exactly; none if it is not a whole number or does not fit 63 bits.
    [[nodiscard]] std::optional<std::int64_t> exact() const;
};

/// None if the text does not start with a decimal number (NaN, infinity and exponents are none).
[[nodiscard]] std::optional<Quantity> read_quantity(std::string_view text);

/// A quantity of one dimension as a whole number of base units, or the reason why not: "'5' has no unit".
[[nodiscard]] std::variant<std::int64_t, std::string> parse_exact(std::string_view text, Dimension dimension);
/// The same as a double.
[[nodiscard]] std::variant<double, std::string> parse_number(std::string_view text, Dimension dimension);

/// "0.000001", "1e-6": a probability in 10^-18, or the reason why not.
[[nodiscard]] std::variant<std::int64_t, std::string> parse_probability(std::string_view text);

/// The dimension and size in base units of a unit's name. Names that are no unit ("frames", "") count pieces.
struct UnitScale {
    Dimension dimension = Dimension::count;
    double scale = 1;
};
[[nodiscard]] UnitScale unit_scale(std::string_view unit);

/// "1.5 us": a span of time in the largest unit that keeps it at or above 1.
[[nodiscard]] std::string format_time(SimTime time);

} // namespace rootpool::scenario
