#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "rootpool/pcie/fault_sources.h"

namespace rootpool::pcie {
namespace {

std::vector<PacketFate> fates(FaultSource& source, std::size_t count, unsigned bytes = 24) {
    std::vector<PacketFate> result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(source.fate(true, bytes));
    }
    return result;
}

TEST(BitErrors, ProbabilityFollowsTheFormulaForEveryRateAndLength) {
    for (const double rate : {1e-3, 1e-4, 1e-6, 1e-9, 1e-12}) {
        const BitErrors errors(static_cast<BitErrorRate>(rate * 1e18), 1);
        for (const unsigned bytes : {4U, 8U, 24U, 152U, 532U, 4124U}) {
            const double expected = -std::expm1(8.0 * bytes * std::log1p(-rate));
            EXPECT_NEAR(static_cast<double>(errors.probability(bytes)) / std::ldexp(1.0, 64), expected, expected * 1e-4)
                << rate << ", " << bytes;
        }
    }
}

TEST(BitErrors, NothingIsCorruptedAtRateZeroAndRatesAboveTheLargestAreRefused) {
    BitErrors none(0, 1);
    EXPECT_EQ(fates(none, 1000), std::vector<PacketFate>(1000, PacketFate::intact));
    EXPECT_THROW(BitErrors(largest_bit_error_rate + 1, 1), std::invalid_argument);
}

TEST(BitErrors, AsManyPacketsAreCorruptedAsTheProbabilitySays) {
    BitErrors errors(bit_error_unit / 10'000, 7); // 1e-4: a packet of 125 bytes in ten
    const auto corrupted = std::ranges::count(fates(errors, 100'000, 128), PacketFate::corrupted);
    EXPECT_NEAR(static_cast<double>(corrupted), 9730, 400); // four standard deviations
}

TEST(BitErrors, TheSeedSaysWhichPackets) {
    BitErrors first(bit_error_unit / 10'000, 7);
    BitErrors again(bit_error_unit / 10'000, 7);
    BitErrors other(bit_error_unit / 10'000, 8);
    const auto expected = fates(first, 10'000);
    EXPECT_EQ(fates(again, 10'000), expected);
    EXPECT_NE(fates(other, 10'000), expected);
}

TEST(ScriptedFaults, HappenToTheirPacketsInAnyOrderOfTheScript) {
    ScriptedFaults faults({{true, 3, PacketFate::dropped}, {true, 1, PacketFate::corrupted}});
    EXPECT_EQ(fates(faults, 4),
              (std::vector{PacketFate::corrupted, PacketFate::intact, PacketFate::dropped, PacketFate::intact}));
}

TEST(ScriptedFaults, TlpsAndDllpsAreCountedApart) {
    ScriptedFaults faults({{false, 2, PacketFate::dropped}});
    EXPECT_EQ(faults.fate(false, 8), PacketFate::intact);
    EXPECT_EQ(faults.fate(true, 24), PacketFate::intact);
    EXPECT_EQ(faults.fate(true, 24), PacketFate::intact);
    EXPECT_EQ(faults.fate(false, 8), PacketFate::dropped);
}

TEST(CombinedFaults, TheWorstHappensAndEverySourceSeesEveryPacket) {
    CombinedFaults faults;
    EXPECT_TRUE(faults.empty());
    faults.add(std::make_unique<ScriptedFaults>(
        std::vector<ScriptedFault>{{true, 1, PacketFate::dropped}, {true, 2, PacketFate::corrupted}}));
    faults.add(std::make_unique<ScriptedFaults>(
        std::vector<ScriptedFault>{{true, 1, PacketFate::corrupted}, {true, 2, PacketFate::dropped}}));
    EXPECT_EQ(fates(faults, 3), (std::vector{PacketFate::dropped, PacketFate::dropped, PacketFate::intact}));
}

} // namespace
} // namespace rootpool::pcie
