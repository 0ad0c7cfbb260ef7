#include <gtest/gtest.h>
#include <vector>

#include "rootpool/nic/interrupt_unit.h"

namespace rootpool::nic {
namespace {

TEST(InterruptThrottle, CountsIntervalsOf2Microseconds) {
    InterruptThrottle throttle;
    throttle.write(40 | EITR_CNT_WDIS, 0us); // 100K interrupts per second
    EXPECT_EQ(throttle.interval(), 10us);
    EXPECT_EQ(throttle.read(), 40U);
    throttle.write(0xFFFF'FFFF, 0us);
    EXPECT_EQ(throttle.interval(), 1022us) << "largest interval";
}

TEST(InterruptThrottle, NamesTheNextMoment) {
    InterruptThrottle throttle;
    throttle.write(200 | EITR_CNT_WDIS, 0us);
    EXPECT_EQ(throttle.next_allowed(3us), 3us) << "nothing was sent yet";
    throttle.note_interrupt(3us);
    EXPECT_EQ(throttle.next_allowed(4us), 53us);
    EXPECT_EQ(throttle.next_allowed(60us), 60us);
}

TEST(InterruptThrottle, CntWdisLeavesTheRunningIntervalAlone) {
    InterruptThrottle throttle;
    throttle.write(200 | EITR_CNT_WDIS, 0us);
    throttle.note_interrupt(0us);
    throttle.write(40 | EITR_CNT_WDIS, 5us);
    EXPECT_EQ(throttle.next_allowed(6us), 50us);
    throttle.write(40, 6us);
    EXPECT_EQ(throttle.next_allowed(6us), 16us) << "without it the interval starts over";
}

TEST(MsixTable, StartsMaskedAndKeepsAddressAndData) {
    MsixTable table(vf_vector_count);
    EXPECT_TRUE(table.masked(2));
    table.write(0x20, 0xFEE0'0003);
    table.write(0x24, 1);
    table.write(0x28, 0x4041);
    table.write(0x2C, 0xFFFF'FFFE);
    EXPECT_FALSE(table.masked(2));
    EXPECT_EQ(table.read(0x2C), 0U) << "only the mask bit exists";
    EXPECT_EQ(table.message(2).address, 0x1'FEE0'0000ULL);
    EXPECT_EQ(table.message(2).data, 0x4041U);
    EXPECT_TRUE(table.masked(1));
}

TEST(MsixTable, IgnoresWhatLiesOutside) {
    MsixTable table(vf_vector_count);
    table.write(0x30, 0xFFFF'FFFF);
    table.write(msix_pba_offset, 0xFFFF'FFFF);
    table.write(0x3FFC, 1);
    EXPECT_EQ(table.read(0x30), 0U);
    EXPECT_EQ(table.read(msix_pba_offset), 0U) << "pending bits are read-only";
    table.set_pending(1, true);
    EXPECT_EQ(table.read(msix_pba_offset), 2U);
}

class InterruptUnitTest : public testing::Test {
protected:
    struct Sent {
        FunctionNumber function;
        MsixMessage message;
    };
    static constexpr FunctionNumber vf0{1};
    InterruptUnit unit;
    InterruptGates gates{.msix_enabled = true, .function_masked = false, .auto_masks = true, .other_vector = 1};
    std::vector<Sent> sent;

    void on_message(FunctionNumber function, MsixMessage message) { sent.push_back({function, message}); }
    SimTime serve(FunctionNumber function, SimTime now) {
        return unit.service(function, gates, now, InterruptUnit::Sink::to<&InterruptUnitTest::on_message>(*this));
    }
    void unmask(FunctionNumber function, unsigned vector, std::uint32_t data) {
        unit.table(function).write(vector * 16, 0xFEE0'0000);
        unit.table(function).write(vector * 16 + 8, data);
        unit.table(function).write(vector * 16 + 12, 0);
    }
};

TEST_F(InterruptUnitTest, SendsOneMessagePerEventWhenEnabled) {
    unmask(vf0, 1, 77);
    unit.causes(vf0).raise(2);
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_TRUE(sent.empty()) << "VTEIMS is clear";
    unit.causes(vf0).enable(2);
    EXPECT_EQ(serve(vf0, 1us), core::never);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].message.data, 77U);
    EXPECT_EQ(serve(vf0, 2us), core::never);
    EXPECT_EQ(sent.size(), 1U) << "the cause still stands, but nothing new happened";
}

TEST_F(InterruptUnitTest, AutoClearAndAutoMaskActWithTheMessage) {
    unmask(vf0, 0, 1);
    unit.causes(vf0).set_auto_clear(1);
    unit.causes(vf0).set_auto_mask(1);
    unit.causes(vf0).enable(1);
    unit.causes(vf0).raise(1);
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_EQ(unit.causes(vf0).causes(), 0U);
    EXPECT_EQ(unit.causes(vf0).enabled(), 0U);
    unit.causes(vf0).raise(1); // while software polls
    EXPECT_EQ(serve(vf0, 1us), core::never);
    EXPECT_EQ(sent.size(), 1U);
    unit.causes(vf0).enable(1);
    EXPECT_EQ(serve(vf0, 2us), core::never);
    EXPECT_EQ(sent.size(), 2U) << "unmasking shows what came meanwhile";
}

TEST_F(InterruptUnitTest, AutoMaskNeedsEiame) {
    gates.auto_masks = false;
    unmask(vf0, 0, 1);
    unit.causes(vf0).set_auto_mask(1);
    unit.causes(vf0).enable(1);
    unit.causes(vf0).raise(1);
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_EQ(unit.causes(vf0).enabled(), 1U);
}

TEST_F(InterruptUnitTest, ThrottleDelaysAndSaysUntilWhen) {
    unmask(vf0, 0, 1);
    unit.throttle(vf0, 0).write(200 | EITR_CNT_WDIS, 0us);
    unit.causes(vf0).enable(1);
    unit.causes(vf0).raise(1);
    EXPECT_EQ(serve(vf0, 1us), core::never);
    unit.causes(vf0).raise(1);
    EXPECT_EQ(serve(vf0, 2us), 51us);
    EXPECT_EQ(sent.size(), 1U);
    EXPECT_EQ(serve(vf0, 51us), core::never);
    EXPECT_EQ(sent.size(), 2U);
}

TEST_F(InterruptUnitTest, MaskedVectorBecomesPendingAndIsSentAfterUnmasking) {
    unit.causes(vf0).enable(4);
    unit.causes(vf0).raise(4);
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(unit.table(vf0).read(msix_pba_offset), 4U);
    unmask(vf0, 2, 9);
    EXPECT_EQ(serve(vf0, 1us), core::never);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].message.data, 9U);
    EXPECT_EQ(unit.table(vf0).read(msix_pba_offset), 0U);
}

TEST_F(InterruptUnitTest, FunctionMaskHoldsEverythingBack) {
    unmask(vf0, 0, 1);
    gates.function_masked = true;
    unit.causes(vf0).enable(1);
    unit.causes(vf0).raise(1);
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_TRUE(sent.empty());
    gates.function_masked = false;
    EXPECT_EQ(serve(vf0, 0us), core::never);
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(InterruptUnitTest, OtherCausesOfThePfShareOneVector) {
    unmask(physical_function, 1, 33);
    unit.other_causes().enable(EICR_MAILBOX);
    unit.other_causes().raise(EICR_LSC);
    EXPECT_EQ(serve(physical_function, 0us), core::never);
    EXPECT_TRUE(sent.empty()) << "link status change is masked";
    unit.other_causes().raise(EICR_MAILBOX);
    EXPECT_EQ(serve(physical_function, 0us), core::never);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].message.data, 33U);
}

TEST_F(InterruptUnitTest, ResetOfOneFunctionLeavesOthersAlone) {
    const FunctionNumber vf1{2};
    unit.causes(vf0).raise(1);
    unit.causes(vf1).raise(1);
    unit.throttle(vf0, 0).write(200, 0us);
    unit.reset_registers(vf0);
    EXPECT_EQ(unit.causes(vf0).causes(), 0U);
    EXPECT_EQ(unit.throttle(vf0, 0).read(), 0U);
    EXPECT_EQ(unit.causes(vf1).causes(), 1U);
}

} // namespace
} // namespace rootpool::nic
