#include "rootpool/pcie/types.h"

#include <gtest/gtest.h>

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

TEST(CreditGate, AllowsUpToTheLimitAndAgainAfterAnUpdate) {
    CreditGate gate;
    gate.initialize({2, 4});
    EXPECT_EQ(gate.stall({1, 4}), CreditStall::none);
    gate.consume({1, 4});
    EXPECT_EQ(gate.stall({1, 1}), CreditStall::data);
    EXPECT_EQ(gate.stall({1, 0}), CreditStall::none) << "one header credit is left";
    gate.consume({1, 0});
    EXPECT_EQ(gate.stall({1, 0}), CreditStall::headers);
    gate.update({3, 8});
    EXPECT_EQ(gate.stall({1, 4}), CreditStall::none);
}

TEST(CreditGate, CountsModulo256HeadersAnd4096DataCredits) {
    CreditGate gate;
    gate.initialize({1, 16});
    CreditCount limit{1, 16};
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(gate.stall({1, 16}), CreditStall::none) << i;
        gate.consume({1, 16});
        ASSERT_EQ(gate.stall({1, 0}), CreditStall::headers) << i;
        limit.add({1, 16});
        gate.update(limit);
    }
}

TEST(CreditGate, ZeroIsInfinite) {
    CreditGate gate;
    gate.initialize({});
    gate.consume({1000, 64'000});
    EXPECT_EQ(gate.stall({1, 256}), CreditStall::none);
}

} // namespace
} // namespace rootpool::pcie
