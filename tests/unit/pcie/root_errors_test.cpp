#include "rootpool/pcie/root_errors.h"

#include <gtest/gtest.h>

#include "error_function.h"

namespace rootpool::pcie {
namespace {

using namespace test;

constexpr Bdf first(3, 0, 0);
constexpr Bdf second(4, 16, 2);

class RootErrorsTest : public testing::Test {
protected:
    RootErrorsTest() {
        write16(space, registers::bridge_control, 0x0002);
        write16(space, device_control_at, 0x0007);
    }
    [[nodiscard]] std::uint32_t status() const { return space.get32(root_status_at); }
    bool enable(std::uint32_t bits) {
        write32(space, root_command_at, bits);
        return errors.follow_write();
    }
    bool clear(std::uint32_t bits) {
        write32(space, root_status_at, bits);
        return errors.follow_write();
    }
    ConfigSpace space = bridge_space(PortType::root_port);
    RootErrors errors{space, error_registers};
};

TEST_F(RootErrorsTest, first_of_each_class_leaves_its_source_and_later_ones_a_bit) {
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, first).interrupt);
    EXPECT_EQ(status(), 0x01U);
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, second).interrupt);
    EXPECT_EQ(status(), 0x03U);
    EXPECT_FALSE(errors.receive(ErrorMessage::non_fatal, second).interrupt);
    EXPECT_EQ(status(), 0x27U);
    EXPECT_FALSE(errors.receive(ErrorMessage::fatal, first).interrupt);
    EXPECT_EQ(status(), 0x6FU) << "fatal, but not first: bit 4 stays clear";
    EXPECT_EQ(space.get16(source_id_at), first.routing_id());
    EXPECT_EQ(space.get16(source_id_at + 2), second.routing_id());
}

TEST_F(RootErrorsTest, first_uncorrectable_fatal_is_set_by_the_first_only) {
    EXPECT_FALSE(errors.receive(ErrorMessage::fatal, first).interrupt);
    EXPECT_EQ(status(), 0x54U);
    EXPECT_FALSE(errors.receive(ErrorMessage::non_fatal, second).interrupt);
    EXPECT_EQ(status(), 0x7CU);
}

TEST_F(RootErrorsTest, cleared_status_takes_a_new_source) {
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, first).interrupt);
    EXPECT_FALSE(clear(0x01));
    EXPECT_EQ(status(), 0U);
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, second).interrupt);
    EXPECT_EQ(space.get16(source_id_at), second.routing_id());
}

TEST_F(RootErrorsTest, interrupt_comes_once_for_each_enabled_class_that_is_pending) {
    for (const auto& [message, enables] :
         {std::pair{ErrorMessage::correctable, 1U}, std::pair{ErrorMessage::non_fatal, 2U},
          std::pair{ErrorMessage::fatal, 4U}}) {
        EXPECT_FALSE(clear(0x7F));
        EXPECT_FALSE(enable(~enables & 7U));
        EXPECT_FALSE(errors.receive(message, first).interrupt) << "another class is enabled";
        EXPECT_FALSE(clear(0x7F));
        EXPECT_FALSE(enable(enables));
        EXPECT_TRUE(errors.receive(message, first).interrupt);
        EXPECT_FALSE(errors.receive(message, first).interrupt) << "still pending: no edge";
        EXPECT_FALSE(clear(0x7F));
        EXPECT_TRUE(errors.receive(message, first).interrupt);
    }
}

TEST_F(RootErrorsTest, enabling_a_pending_error_raises_the_interrupt) {
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, first).interrupt);
    EXPECT_TRUE(enable(1));
    EXPECT_FALSE(enable(1));
    EXPECT_FALSE(enable(0));
    EXPECT_TRUE(enable(1));
}

TEST_F(RootErrorsTest, message_that_is_not_forwarded_leaves_no_trace) {
    write16(space, registers::bridge_control, 0);
    EXPECT_FALSE(errors.receive(ErrorMessage::fatal, first).system_error);
    EXPECT_EQ(status(), 0U);
    EXPECT_EQ(space.get32(source_id_at), 0U);
}

TEST_F(RootErrorsTest, own_errors_need_no_forwarding) {
    write16(space, registers::bridge_control, 0);
    EXPECT_FALSE(errors.record(ErrorMessage::non_fatal, Bdf(0, 1, 0)).interrupt);
    EXPECT_EQ(status(), 0x24U);
    EXPECT_EQ(space.get16(source_id_at + 2), 0x0008);
    EXPECT_FALSE(errors.record(ErrorMessage::none, first).interrupt);
    EXPECT_EQ(status(), 0x24U);
}

TEST_F(RootErrorsTest, root_control_makes_system_errors) {
    constexpr std::uint16_t root_control_at = 0xA0 + registers::root_control;
    write16(space, root_control_at, 0x0002);
    EXPECT_FALSE(errors.receive(ErrorMessage::correctable, first).system_error);
    EXPECT_TRUE(errors.receive(ErrorMessage::non_fatal, first).system_error);
    EXPECT_FALSE(errors.receive(ErrorMessage::fatal, first).system_error);
}

TEST_F(RootErrorsTest, status_and_sources_survive_a_hot_reset_and_the_command_does_not) {
    EXPECT_FALSE(enable(7));
    EXPECT_TRUE(errors.receive(ErrorMessage::fatal, first).interrupt);
    space.hot_reset();
    EXPECT_EQ(status(), 0x54U);
    EXPECT_EQ(space.get16(source_id_at + 2), first.routing_id());
    EXPECT_EQ(space.get32(root_command_at), 0U);
}

} // namespace
} // namespace rootpool::pcie
