#include "rootpool/pooling/arbiter.h"

#include <array>
#include <gmock/gmock.h>
#include <stdexcept>

namespace rootpool::pooling {
namespace {

TEST(RoundRobin, gives_every_requesting_input_its_turn) {
    const auto arbiter = make_arbiter("round_robin");
    const std::array<std::uint8_t, 3> all{1, 1, 1};
    EXPECT_EQ(arbiter->grant(all), 0U);
    EXPECT_EQ(arbiter->grant(all), 1U);
    EXPECT_EQ(arbiter->grant(all), 2U);
    EXPECT_EQ(arbiter->grant(all), 0U);
}

TEST(RoundRobin, passes_over_inputs_that_have_nothing) {
    const auto arbiter = make_arbiter("round_robin");
    const std::array<std::uint8_t, 4> some{0, 1, 0, 1};
    EXPECT_EQ(arbiter->grant(some), 1U);
    EXPECT_EQ(arbiter->grant(some), 3U);
    EXPECT_EQ(arbiter->grant(some), 1U);
}

TEST(MakeArbiter, refuses_an_unknown_name_and_says_what_there_is) {
    EXPECT_THAT([] { static_cast<void>(make_arbiter("lottery")); },
                testing::ThrowsMessage<std::invalid_argument>(testing::HasSubstr("round_robin")));
    EXPECT_THAT(arbiter_names(), testing::ElementsAre("round_robin"));
}

} // namespace
} // namespace rootpool::pooling
