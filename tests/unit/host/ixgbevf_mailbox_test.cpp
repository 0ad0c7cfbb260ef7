#include "rootpool/host/ixgbevf_mailbox.h"

#include <array>

#include <gtest/gtest.h>

#include "rootpool/nic/registers.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {
namespace {

using nic::vf_reg::VFMAILBOX;
using nic::vf_reg::VFMBMEM;

/// VFMAILBOX with its read-to-clear bits and ownership, without a PF behind it.
class VfMailbox : public ::testing::Test {
protected:
    VfMailbox() {
        mmio_.on_read[VFMAILBOX] = [this] {
            const std::uint32_t value = status_;
            status_ &= ~nic::VFMAILBOX_READ_TO_CLEAR;
            return value;
        };
        mmio_.on_write[VFMAILBOX] = [this](std::uint32_t value) {
            if ((value & nic::VFMAILBOX_VFU) != 0 && (status_ & nic::VFMAILBOX_PFU) == 0) {
                status_ |= nic::VFMAILBOX_VFU;
            }
            if ((value & (nic::VFMAILBOX_REQ | nic::VFMAILBOX_ACK)) != 0) {
                status_ &= ~nic::VFMAILBOX_VFU;
            }
            last_command_ = value;
        };
        mailbox_.set_timeout(2000);
    }

    ScriptedMmio mmio_;
    FakeSleeper sleeper_;
    IxgbeRegisters registers_{mmio_, 0};
    IxgbevfMailbox mailbox_{registers_, sleeper_};
    std::uint32_t status_ = 0;
    std::uint32_t last_command_ = 0;
};

TEST_F(VfMailbox, WritePutsTheWordsAndRaisesRequest) {
    const std::array<std::uint32_t, 3> words{1, 2, 3};
    ASSERT_TRUE(mailbox_.write(words));
    EXPECT_EQ(mmio_.words[VFMBMEM(0)], 1U);
    EXPECT_EQ(mmio_.words[VFMBMEM(2)], 3U);
    EXPECT_EQ(last_command_, nic::VFMAILBOX_REQ);
}

TEST_F(VfMailbox, NeitherWritesNorReadsWhileThePfHoldsTheBuffer) {
    status_ = nic::VFMAILBOX_PFU;
    std::array<std::uint32_t, 1> words{7};
    EXPECT_FALSE(mailbox_.write(words));
    EXPECT_FALSE(mailbox_.read(words));
    EXPECT_EQ(mmio_.words.count(VFMBMEM(0)), 0U);
}

TEST_F(VfMailbox, MessagesLongerThanTheBufferAreRefused) {
    std::array<std::uint32_t, 17> words{};
    EXPECT_FALSE(mailbox_.write(words));
    EXPECT_FALSE(mailbox_.read(words));
}

TEST_F(VfMailbox, BitsThatAnyReadClearsAreNotLost) {
    status_ = nic::VFMAILBOX_PFSTS | nic::VFMAILBOX_PFACK | nic::VFMAILBOX_RSTD;
    EXPECT_TRUE(mailbox_.acknowledged()) << "this read cleared all three";
    EXPECT_TRUE(mailbox_.message_waiting());
    EXPECT_TRUE(mailbox_.reset_seen());
    EXPECT_FALSE(mailbox_.message_waiting());
    EXPECT_FALSE(mailbox_.reset_seen());
}

TEST_F(VfMailbox, AResetInProgressIsSeenForAsLongAsItLasts) {
    status_ = nic::VFMAILBOX_RSTI;
    EXPECT_TRUE(mailbox_.reset_seen());
    EXPECT_TRUE(mailbox_.reset_seen());
    status_ = nic::VFMAILBOX_RSTD;
    EXPECT_TRUE(mailbox_.reset_seen()) << "and once more when it is over";
    EXPECT_FALSE(mailbox_.reset_seen());
}

TEST_F(VfMailbox, WritePostedWaitsForTheAcknowledgement) {
    sleeper_.while_asleep = [this] {
        if (sleeper_.now() == SimTime(2ms)) {
            status_ |= nic::VFMAILBOX_PFACK;
        }
    };
    const std::array<std::uint32_t, 1> words{1};
    EXPECT_TRUE(mailbox_.write_posted(words));
    EXPECT_EQ(sleeper_.now(), SimTime(2ms)) << "polls every 500 us";
}

TEST_F(VfMailbox, SilentPfIsGivenUpAfterASecondAndThenAtOnce) {
    const std::array<std::uint32_t, 1> words{1};
    EXPECT_FALSE(mailbox_.write_posted(words));
    EXPECT_EQ(sleeper_.now(), SimTime(1s));
    EXPECT_FALSE(mailbox_.write_posted(words));
    EXPECT_EQ(sleeper_.now(), SimTime(1s));
    EXPECT_EQ(mailbox_.timeout(), 0U);
}

TEST_F(VfMailbox, ReadPostedTakesTheMessageAndAcknowledgesIt) {
    status_ = nic::VFMAILBOX_PFSTS;
    mmio_.words[VFMBMEM(0)] = 0x8000'0001;
    mmio_.words[VFMBMEM(1)] = 0x1234;
    std::array<std::uint32_t, 2> words{};
    ASSERT_TRUE(mailbox_.read_posted(words));
    EXPECT_EQ(words, (std::array<std::uint32_t, 2>{0x8000'0001, 0x1234}));
    EXPECT_EQ(last_command_, nic::VFMAILBOX_ACK);
}

TEST_F(VfMailbox, WriteDropsCausesOfAnEarlierExchange) {
    status_ = nic::VFMAILBOX_PFACK;
    const std::array<std::uint32_t, 1> words{1};
    ASSERT_TRUE(mailbox_.write(words));
    EXPECT_FALSE(mailbox_.acknowledged());
}

} // namespace
} // namespace rootpool::host::test
