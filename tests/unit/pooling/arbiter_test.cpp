#include "rootpool/pooling/arbiter.h"

#include <algorithm>
#include <array>
#include <gmock/gmock.h>
#include <stdexcept>

namespace rootpool::pooling {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr ArbiterRequest nothing{};
constexpr ArbiterRequest tlp(unsigned bytes = 24, SimTime since = 0ns) { return {true, bytes, since}; }

/// How often each input wins in `rounds` grants among these requests.
template <std::size_t inputs>
std::array<unsigned, inputs> wins(Arbiter& arbiter, const std::array<ArbiterRequest, inputs>& requests,
                                  unsigned rounds) {
    std::array<unsigned, inputs> count{};
    for (unsigned round = 0; round < rounds; ++round) {
        ++count[arbiter.grant(requests)];
    }
    return count;
}

TEST(RoundRobin, gives_every_requesting_input_its_turn) {
    const auto arbiter = make_arbiter("round_robin", {.inputs = 3});
    const std::array all{tlp(), tlp(), tlp()};
    EXPECT_EQ(arbiter->grant(all), 0U);
    EXPECT_EQ(arbiter->grant(all), 1U);
    EXPECT_EQ(arbiter->grant(all), 2U);
    EXPECT_EQ(arbiter->grant(all), 0U);
}

TEST(RoundRobin, passes_over_inputs_that_have_nothing) {
    const auto arbiter = make_arbiter("round_robin", {.inputs = 4});
    const std::array some{nothing, tlp(), nothing, tlp()};
    EXPECT_EQ(arbiter->grant(some), 1U);
    EXPECT_EQ(arbiter->grant(some), 3U);
    EXPECT_EQ(arbiter->grant(some), 1U);
}

TEST(WeightedArbiter, sends_as_many_tlps_in_a_turn_as_the_weight_says) {
    const auto arbiter = make_arbiter("weighted", {.inputs = 3, .weights = {2, 3}});
    const std::array all{tlp(), tlp(), tlp()};
    std::array<std::size_t, 7> winners{};
    for (std::size_t& winner : winners) {
        winner = arbiter->grant(all);
    }
    EXPECT_THAT(winners, ElementsAre(0, 0, 1, 1, 1, 2, 0)) << "an input that no weight was given for has 1";
}

TEST(WeightedArbiter, input_that_runs_dry_loses_the_rest_of_its_turn) {
    const auto arbiter = make_arbiter("weighted", {.inputs = 2, .weights = {3, 1}});
    EXPECT_EQ(arbiter->grant(std::array{tlp(), tlp()}), 0U);
    EXPECT_EQ(arbiter->grant(std::array{nothing, tlp()}), 1U);
    EXPECT_THAT(wins(*arbiter, std::array{tlp(), tlp()}, 8), ElementsAre(6, 2));
}

TEST(WeightedArbiter, lone_input_always_wins) {
    const auto arbiter = make_arbiter("weighted", {.inputs = 2, .weights = {3, 1}});
    EXPECT_THAT(wins(*arbiter, std::array{nothing, tlp()}, 5), ElementsAre(0, 5));
}

TEST(WeightedArbiter, refuses_a_weight_of_0) {
    EXPECT_THAT(
        [] {
            static_cast<void>(make_arbiter("weighted", {.inputs = 2, .weights = {1, 0}}));
        },
        ThrowsMessage<std::invalid_argument>(HasSubstr("never")));
}

TEST(AgeArbiter, oldest_first_and_input_number_for_equals) {
    const auto arbiter = make_arbiter("age", {.inputs = 3});
    EXPECT_EQ(arbiter->grant(std::array{tlp(24, 12ns), tlp(24, 8ns), tlp(24, 16ns)}), 1U);
    EXPECT_EQ(arbiter->grant(std::array{tlp(24, 12ns), nothing, tlp(24, 12ns)}), 0U);
    EXPECT_EQ(arbiter->grant(std::array{nothing, tlp(24, 12ns), tlp(24, 8ns)}), 2U);
}

TEST(StrictPriority, order_of_inputs_where_none_is_given) {
    const auto arbiter = make_arbiter("strict_priority", {.inputs = 3});
    EXPECT_THAT(wins(*arbiter, std::array{tlp(), tlp(), tlp()}, 5), ElementsAre(5, 0, 0));
    EXPECT_EQ(arbiter->grant(std::array{nothing, tlp(), tlp()}), 1U);
}

TEST(StrictPriority, smaller_number_first) {
    const auto arbiter = make_arbiter("strict_priority", {.inputs = 4, .priorities = {2, 1, 2}});
    EXPECT_EQ(arbiter->grant(std::array{tlp(), tlp(), tlp(), tlp()}), 1U);
    EXPECT_EQ(arbiter->grant(std::array{tlp(), nothing, tlp(), tlp()}), 0U);
    EXPECT_EQ(arbiter->grant(std::array{nothing, nothing, tlp(), tlp()}), 2U);
    EXPECT_EQ(arbiter->grant(std::array{nothing, nothing, nothing, tlp()}), 3U);
}

TEST(ByteFair, gives_equal_bytes_to_inputs_with_tlps_of_different_sizes) {
    const auto arbiter = make_arbiter("byte_fair", {.inputs = 3});
    const std::array sizes{tlp(24), tlp(88), tlp(280)};
    std::array<unsigned, 3> bytes{};
    for (unsigned grant = 0; grant < 10'000; ++grant) {
        const std::size_t winner = arbiter->grant(sizes);
        bytes[winner] += sizes[winner].bytes;
        const auto [least, most] = std::ranges::minmax(bytes);
        ASSERT_LE(most - least, 2U * 288U) << "after grant " << grant;
    }
}

TEST(ByteFair, tlp_above_the_quantum_saves_up) {
    const auto arbiter = make_arbiter("byte_fair", {.inputs = 2});
    EXPECT_THAT(wins(*arbiter, std::array{tlp(4096), tlp(64)}, 65 * 16), ElementsAre(16, 64 * 16));
}

TEST(ByteFair, nobody_saves_up_while_it_has_nothing_to_send) {
    const auto arbiter = make_arbiter("byte_fair", {.inputs = 2});
    EXPECT_THAT(wins(*arbiter, std::array{nothing, tlp(288)}, 100), ElementsAre(0, 100));
    const auto after = wins(*arbiter, std::array{tlp(288), tlp(288)}, 10);
    EXPECT_EQ(after[0], 5U);
}

TEST(MakeArbiter, refuses_an_unknown_name_and_says_what_there_is) {
    EXPECT_THAT([] { static_cast<void>(make_arbiter("lottery", {})); },
                ThrowsMessage<std::invalid_argument>(HasSubstr("round_robin")));
    EXPECT_THAT([] { static_cast<void>(make_arbiter("age", {.inputs = 0})); },
                testing::Throws<std::invalid_argument>());
    EXPECT_THAT(arbiter_names(), ElementsAre("round_robin", "weighted", "age", "strict_priority", "byte_fair"));
}

} // namespace
} // namespace rootpool::pooling
