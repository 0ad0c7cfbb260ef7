#include <limits>

#include <gmock/gmock.h>

#include "rootpool/scenario/units.h"

namespace rootpool::scenario {
namespace {

std::int64_t exact(std::string_view text, Dimension dimension) {
    const auto value = parse_exact(text, dimension);
    const auto* problem = std::get_if<std::string>(&value);
    EXPECT_EQ(problem, nullptr) << *problem;
    return problem == nullptr ? std::get<std::int64_t>(value) : 0;
}

std::string problem(std::string_view text, Dimension dimension) {
    const auto value = parse_exact(text, dimension);
    const auto* reason = std::get_if<std::string>(&value);
    return reason == nullptr ? "" : *reason;
}

TEST(Units, DecimalFractionsAreExact) {
    EXPECT_EQ(exact("0.1 ns", Dimension::time), 100'000);
    EXPECT_EQ(exact("1.2 us", Dimension::time), 1'200'000'000);
    EXPECT_EQ(exact("4062.5 ps", Dimension::time), 4'062'500);
    EXPECT_EQ(exact("0.12 ns/B", Dimension::time_per_byte), 120'000);
    EXPECT_EQ(exact("9.39 Gb/s", Dimension::data_rate), 9'390'000'000);
}

TEST(Units, PrefixesOfSizesAreDecimalOrBinaryAsWritten) {
    EXPECT_EQ(exact("430 KB", Dimension::data_size), 430'000);
    EXPECT_EQ(exact("430 KiB", Dimension::data_size), 440'320);
    EXPECT_EQ(exact("0.5 MiB", Dimension::data_size), 524'288);
}

TEST(Units, BlankBeforeTheUnitIsOptional) { EXPECT_EQ(exact("5us", Dimension::time), exact("5 us", Dimension::time)); }

TEST(Units, TrailingZerosDoNotMatter) {
    EXPECT_EQ(exact("1.000000000000000000 s", Dimension::time), SimTime{1s}.count());
}

TEST(Units, LargestTimeFitsAndOneMoreDoesNot) {
    EXPECT_EQ(exact("9223372036854775807 fs", Dimension::time), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(problem("9223372036854775808 fs", Dimension::time), "'9223372036854775808 fs' is too large or too fine");
    EXPECT_EQ(problem("9224 s", Dimension::time), "'9224 s' is too large or too fine");
}

TEST(Units, PartsOfABaseUnitAreRefused) {
    EXPECT_NE(problem("0.5 fs", Dimension::time), "");
    EXPECT_NE(problem("1.5 B", Dimension::data_size), "");
}

TEST(Units, ProbabilitiesAreExactWithOrWithoutExponent) {
    const auto value = [](std::string_view text) { return std::get<std::int64_t>(parse_probability(text)); };
    EXPECT_EQ(value("0"), 0);
    EXPECT_EQ(value("0.001"), 1'000'000'000'000'000);
    EXPECT_EQ(value("1e-6"), 1'000'000'000'000);
    EXPECT_EQ(value("2.5E-7"), 250'000'000'000);
    EXPECT_EQ(value("1e0"), 1'000'000'000'000'000'000);
    EXPECT_EQ(value("-1e-18"), -1);
    for (const std::string_view text : {"", "e-6", "1e", "1e-", "1e6", "1e+6", "1e-6x", "1e-19", "1 %", "nan", "20"}) {
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_probability(text))) << text;
    }
}

TEST(Units, WhatIsNoNumberIsRefused) {
    for (const std::string_view text :
         {"", " ", "ms", "nan s", "inf s", ".5 s", "5. s", "1 2 s", "--1 s", "0x10 s", "1,5 s"}) {
        EXPECT_NE(problem(text, Dimension::time), "") << text;
    }
}

TEST(Units, UnitsAreSensitiveToCase) {
    EXPECT_EQ(problem("1 GB/s", Dimension::data_rate), "unknown unit 'GB/s'");
    EXPECT_EQ(problem("1 S", Dimension::time), "unknown unit 'S'");
}

TEST(Units, MetricUnitsScaleToTheBase) {
    EXPECT_EQ(unit_scale("Gb/s").scale, 1e9);
    EXPECT_EQ(unit_scale("Gb/s").dimension, Dimension::data_rate);
    EXPECT_EQ(unit_scale("frames").dimension, Dimension::count);
    EXPECT_EQ(unit_scale("").scale, 1);
}

TEST(Units, TimesAreWrittenInTheLargestUnitThatFits) {
    EXPECT_EQ(format_time(1500ns), "1.5 us");
    EXPECT_EQ(format_time(SimTime{0}), "0 s");
    EXPECT_EQ(format_time(20ms), "20 ms");
}

} // namespace
} // namespace rootpool::scenario
