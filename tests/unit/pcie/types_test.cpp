#include "rootpool/pcie/types.h"

#include <gtest/gtest.h>

#include "rootpool/core/error.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::pcie {
namespace {

TEST(Bdf, IsWrittenAsLspciWritesIt) {
    EXPECT_EQ(to_string(Bdf(0xA1, 0x1F, 7)), "a1:1f.7");
    EXPECT_EQ(to_string(Bdf(0, 0, 0)), "00:00.0");
}

TEST(Credits, CostIsOneHeaderAndOneDataCreditPer16Bytes) {
    const Bdf id(1, 0, 0);
    EXPECT_EQ(credit_cost(memory_write(id, Tag(0), 0x1000, 256)), (CreditCost{1, 16}));
    EXPECT_EQ(credit_cost(memory_write(id, Tag(0), 0x1000, 1)), (CreditCost{1, 1}));
    EXPECT_EQ(credit_cost(memory_read(id, Tag(0), 0x1000, 256)), (CreditCost{1, 0}));
    EXPECT_EQ(credit_cost(config_write(ConfigType::type_0, id, Tag(0), id, 0)), (CreditCost{1, 1}));
}

TEST(CreditAccount, AllowsUpToTheLimitAndAgainAfterTheReturn) {
    Credits limits;
    limits[FlowClass::posted] = {{2, 4}, false};
    CreditAccount account;
    const CreditCost cost{1, 4};
    EXPECT_TRUE(account.allows(limits, FlowClass::posted, cost));
    account.consume(FlowClass::posted, cost);
    EXPECT_FALSE(account.allows(limits, FlowClass::posted, cost)) << "data credits are used up";
    EXPECT_TRUE(account.allows(limits, FlowClass::posted, {1, 0})) << "one header credit is left";
    account.give_back(FlowClass::posted, cost);
    EXPECT_TRUE(account.allows(limits, FlowClass::posted, cost));
    EXPECT_EQ(account.used(FlowClass::posted), CreditCost{});
}

TEST(CreditAccount, InfiniteCreditIsNeverUsedUp) {
    Credits limits;
    limits[FlowClass::completion] = {{0, 0}, true};
    CreditAccount account;
    account.consume(FlowClass::completion, {1000, 64'000});
    EXPECT_TRUE(account.allows(limits, FlowClass::completion, {1, 256}));
}

TEST(CreditAccount, MoreCreditThanWasConsumedIsAModelBug) {
    CreditAccount account;
    account.consume(FlowClass::posted, {1, 4});
    EXPECT_THROW(account.give_back(FlowClass::posted, {1, 5}), core::ModelViolation);
    EXPECT_THROW(account.give_back(FlowClass::posted, {2, 4}), core::ModelViolation);
    EXPECT_THROW(account.give_back(FlowClass::non_posted, {1, 0}), core::ModelViolation);
    EXPECT_EQ(account.used(FlowClass::posted), (CreditCost{1, 4})) << "a refused return changes nothing";
}

} // namespace
} // namespace rootpool::pcie
