#include "rootpool/host/ixgbe_interrupt_moderation.h"

#include <gtest/gtest.h>

#include "rootpool/nic/registers.h"

namespace rootpool::host::test {
namespace {

std::unique_ptr<IxgbeInterruptModeration> make(IxgbeThrottle throttle, std::uint16_t fixed_us = 125) {
    IxgbeSettings settings;
    settings.throttle = throttle;
    settings.fixed_interval_us = fixed_us;
    return make_interrupt_moderation(settings);
}

/// Updates with a steady rate until the interval no longer changes; returns it in microseconds.
std::uint32_t settle(IxgbeInterruptModeration& moderation, unsigned bytes_per_us, unsigned packet_bytes = 1500) {
    for (int i = 0; i < 200; ++i) {
        const unsigned bytes = bytes_per_us * moderation.interval_us();
        moderation.add_received(bytes / packet_bytes + 1, bytes);
        (void)moderation.update(SimTime(i * 100us));
    }
    return moderation.interval_us();
}

TEST(ClassModeration, StartsAt50Microseconds) {
    const auto moderation = make(IxgbeThrottle::classes);
    EXPECT_EQ(moderation->interval_us(), 50U);
    EXPECT_EQ(moderation->register_value(), 200U | nic::EITR_CNT_WDIS);
}

TEST(ClassModeration, LowRateSettlesNear10Microseconds) {
    const auto moderation = make(IxgbeThrottle::classes);
    EXPECT_LE(settle(*moderation, 5), 12U);
}

TEST(ClassModeration, MediumRateSettlesNear50Microseconds) {
    const auto moderation = make(IxgbeThrottle::classes);
    EXPECT_NEAR(settle(*moderation, 15), 50, 2);
}

TEST(ClassModeration, BulkRateSettlesNear84Microseconds) {
    const auto moderation = make(IxgbeThrottle::classes);
    EXPECT_NEAR(settle(*moderation, 1150), 84, 4);
}

TEST(ClassModeration, FollowsSmoothed) {
    const auto moderation = make(IxgbeThrottle::classes);
    moderation->add_received(1, 60); // lowest class: target 40
    const auto value = moderation->update({});
    ASSERT_TRUE(value);
    EXPECT_EQ(*value & nic::EITR_INTERVAL_MASK, (10U * 40 * 200 / (9 * 40 + 200)) & nic::EITR_INTERVAL_MASK);
}

TEST(ClassModeration, HigherClassOfBothDirectionsWins) {
    const auto moderation = make(IxgbeThrottle::classes);
    for (int i = 0; i < 100; ++i) {
        moderation->add_received(1, 60);
        moderation->add_transmitted(100, 1000 * moderation->interval_us());
        (void)moderation->update({});
    }
    EXPECT_NEAR(moderation->interval_us(), 84, 4);
}

TEST(ClassModeration, WritesOnlyChanges) {
    const auto moderation = make(IxgbeThrottle::classes);
    settle(*moderation, 5);
    moderation->add_received(1, 60);
    const auto before = moderation->interval_us();
    while (moderation->update({})) {
        moderation->add_received(1, 60);
    }
    EXPECT_FALSE(moderation->update({}));
    EXPECT_LE(moderation->interval_us(), before);
}

TEST(AdaptiveModeration, FewSmallPacketsGetLowLatency) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(1, 60);
    moderation->add_transmitted(1, 60);
    ASSERT_TRUE(moderation->update(SimTime(100us)));
    EXPECT_EQ(moderation->interval_us(), 10U); // 5120 / 2, rounded up to 2 us
}

TEST(AdaptiveModeration, BetweenFourAnd48PacketsTheDelayGrowsBy2Microseconds) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(20, 30'000);
    moderation->add_transmitted(20, 30'000);
    (void)moderation->update(SimTime(100us));
    EXPECT_EQ(moderation->interval_us(), 52U);
}

TEST(AdaptiveModeration, GrowsUpTo126Microseconds) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    for (int i = 0; i < 100; ++i) {
        moderation->add_received(20, 30'000);
        moderation->add_transmitted(20, 30'000);
        (void)moderation->update(SimTime(i * 100us));
    }
    EXPECT_EQ(moderation->interval_us(), 126U);
}

TEST(AdaptiveModeration, Between48And96PacketsItStays) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(60, 90'000);
    moderation->add_transmitted(60, 90'000);
    EXPECT_FALSE(moderation->update(SimTime(100us)));
}

TEST(AdaptiveModeration, MoreThan96PacketsHalveTheDelay) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(100, 150'000);
    moderation->add_transmitted(100, 150'000);
    (void)moderation->update(SimTime(100us));
    EXPECT_EQ(moderation->interval_us(), 25U);
}

TEST(AdaptiveModeration, BulkOfLargePacketsGoesBySize) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(300, 300 * 1500);
    moderation->add_transmitted(300, 300 * 1500);
    (void)moderation->update(SimTime(100us));
    EXPECT_EQ(moderation->interval_us(), (1500U * 5 + 22420 + 511) / 512 * 2);
}

TEST(AdaptiveModeration, AfterAPauseItStartsFromLowLatency) {
    const auto moderation = make(IxgbeThrottle::adaptive);
    moderation->add_received(20, 30'000);
    moderation->add_transmitted(20, 30'000);
    (void)moderation->update(SimTime(1s));
    EXPECT_EQ(moderation->interval_us(), 10U);
}

TEST(FixedModeration, NeverChangesAndKeepsToTheFieldsRange) {
    const auto moderation = make(IxgbeThrottle::fixed, 125);
    EXPECT_EQ(settle(*moderation, 1000), 125U);
    EXPECT_EQ(make(IxgbeThrottle::fixed, 0)->interval_us(), 2U);
    EXPECT_EQ(make(IxgbeThrottle::fixed, 60'000)->interval_us(), 1022U);
}

} // namespace
} // namespace rootpool::host::test
