#include "cli/expectation_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace rootpool::cli {
namespace {

constexpr std::size_t columns = 6;
using Row = std::array<std::string, columns>;

std::string difference(const observe::ExpectationResult& result) {
    if (!result.actual || !result.expected) {
        return "-";
    }
    const double change = *result.actual - *result.expected;
    return *result.expected == 0 ? fmt::format("{:+.6g}", change)
                                 : fmt::format("{:+.3f} %", 100 * change / *result.expected);
}

/// "9.39 Gb/s"; plain numbers carry the unit "1", which a reader does not want to see.
std::string number_text(double value, const std::string& unit) {
    return unit.empty() || unit == "1" ? fmt::format("{:.6g}", value) : fmt::format("{:.6g} {}", value, unit);
}

Row row_of(const observe::ExpectationResult& result) {
    return {result.metric,
            result.condition,
            result.actual ? number_text(*result.actual, result.unit) : "-",
            difference(result),
            result.passed ? "pass" : "FAIL",
            result.source};
}

} // namespace

std::string expectation_table(std::span<const observe::ExpectationResult> results) {
    if (results.empty()) {
        return {};
    }
    std::vector<Row> rows{{"metric", "expected", "simulated", "difference", "result", "source"}};
    std::ranges::transform(results, std::back_inserter(rows), row_of);
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < columns; ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < columns; ++i) {
            line += fmt::format("{:<{}}  ", row[i], widths[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace rootpool::cli
