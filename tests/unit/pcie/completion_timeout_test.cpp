#include "rootpool/pcie/completion_timeout.h"

#include <utility>

#include <gtest/gtest.h>

namespace rootpool::pcie {
namespace {

TEST(CompletionTimeout, IsTheEndOfTheRangeThatDeviceControl2Chooses) {
    constexpr SimTime usual = 20ms;
    for (const auto& [value, expected] : {std::pair<int, SimTime>{0x1, 100us},
                                          {0x2, 10ms},
                                          {0x5, 55ms},
                                          {0x6, 210ms},
                                          {0x9, 900ms},
                                          {0xA, 3500ms},
                                          {0xD, 13s},
                                          {0xE, 64s}}) {
        EXPECT_EQ(completion_timeout(static_cast<std::uint16_t>(value), usual), expected) << value;
    }
}

TEST(CompletionTimeout, IsTheUsualOneInTheDefaultRangeAndForReservedValues) {
    for (const int value : {0x0, 0x3, 0x4, 0x7, 0x8, 0xB, 0xC, 0xF, 0x20}) {
        EXPECT_EQ(completion_timeout(static_cast<std::uint16_t>(value), 20ms), SimTime{20ms}) << value;
    }
}

TEST(CompletionTimeout, NeverComesWhileItIsDisabled) {
    EXPECT_EQ(completion_timeout(0x10, 20ms), core::never);
    EXPECT_EQ(completion_timeout(0x15, 20ms), core::never);
}

} // namespace
} // namespace rootpool::pcie
