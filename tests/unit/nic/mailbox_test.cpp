#include "rootpool/nic/mailbox.h"

#include <gtest/gtest.h>

namespace rootpool::nic {
namespace {

TEST(Mailbox, GivesTheBufferToWhoAsksFirst) {
    Mailbox mailbox;
    EXPECT_FALSE(mailbox.write_vf(3, VFMAILBOX_VFU));
    EXPECT_NE(mailbox.read_vf(3) & VFMAILBOX_VFU, 0U);
    EXPECT_FALSE(mailbox.write_pf(3, PFMAILBOX_PFU));
    EXPECT_EQ(mailbox.read_pf(3), PFMAILBOX_VFU) << "the PF's request fails while the VF owns";
    EXPECT_EQ(mailbox.read_pf(4), 0U);
}

TEST(Mailbox, RefusesTheVfWhileThePfOwns) {
    Mailbox mailbox;
    EXPECT_FALSE(mailbox.write_pf(0, PFMAILBOX_PFU));
    EXPECT_FALSE(mailbox.write_vf(0, VFMAILBOX_VFU));
    EXPECT_EQ(mailbox.read_vf(0) & (VFMAILBOX_VFU | VFMAILBOX_PFU), VFMAILBOX_PFU);
}

TEST(Mailbox, RequestAndAcknowledgeReachThePfAndDropOwnership) {
    Mailbox mailbox;
    EXPECT_FALSE(mailbox.write_vf(17, VFMAILBOX_VFU));
    EXPECT_TRUE(mailbox.write_vf(17, VFMAILBOX_REQ));
    EXPECT_EQ(mailbox.causes(1), 1U << 1U);
    EXPECT_EQ(mailbox.read_vf(17) & VFMAILBOX_VFU, 0U);
    EXPECT_TRUE(mailbox.write_vf(17, VFMAILBOX_ACK));
    EXPECT_EQ(mailbox.causes(1), 1U << 1U | 1U << 17U);
    mailbox.clear_causes(1, 1U << 1U);
    EXPECT_EQ(mailbox.causes(1), 1U << 17U) << "write 1 to clear";
}

TEST(Mailbox, StatusAndAcknowledgeOfThePfAreReadToClear) {
    Mailbox mailbox;
    mailbox.reset_done();
    EXPECT_EQ(mailbox.read_vf(2), VFMAILBOX_RSTD);
    EXPECT_EQ(mailbox.read_vf(2), 0U);
    EXPECT_TRUE(mailbox.write_pf(2, PFMAILBOX_STS));
    EXPECT_TRUE(mailbox.write_pf(2, PFMAILBOX_ACK));
    EXPECT_EQ(mailbox.read_vf(2), VFMAILBOX_PFSTS | VFMAILBOX_PFACK);
    EXPECT_EQ(mailbox.read_vf(2), 0U);
}

TEST(Mailbox, ResetInProgressStandsUntilThePfIsDone) {
    Mailbox mailbox;
    EXPECT_EQ(mailbox.read_vf(9), VFMAILBOX_RSTI);
    EXPECT_EQ(mailbox.read_vf(9), VFMAILBOX_RSTI) << "not read to clear";
    mailbox.reset_done();
    EXPECT_EQ(mailbox.read_vf(9), VFMAILBOX_RSTD);
    mailbox.reset();
    EXPECT_EQ(mailbox.read_vf(9), VFMAILBOX_RSTI);
}

TEST(Mailbox, AVfResetForgetsWhatTheVfHadNotReadAndGivesUpTheBuffer) {
    Mailbox mailbox;
    mailbox.reset_done();
    EXPECT_TRUE(mailbox.write_pf(1, PFMAILBOX_STS | PFMAILBOX_ACK));
    EXPECT_FALSE(mailbox.write_vf(1, VFMAILBOX_VFU));
    mailbox.set_word(1, 0, 0xCAFE);
    mailbox.note_vf_reset(1);
    EXPECT_EQ(mailbox.read_vf(1), 0U);
    EXPECT_EQ(mailbox.read_pf(1), 0U);
    EXPECT_EQ(mailbox.word(1, 0), 0xCAFEU) << "the buffer is memory";
    EXPECT_EQ(mailbox.read_vf(2), VFMAILBOX_RSTD) << "the other VF still has to see that the PF was reset";
}

TEST(Mailbox, AVfResetNeitherEndsNorBeginsAResetOfThePf) {
    Mailbox mailbox;
    mailbox.note_vf_reset(0);
    EXPECT_EQ(mailbox.read_vf(0), VFMAILBOX_RSTI);
    mailbox.reset_done();
    EXPECT_EQ(mailbox.read_vf(0), VFMAILBOX_RSTD);
    mailbox.note_vf_reset(0);
    EXPECT_EQ(mailbox.read_vf(0), 0U);
}

TEST(Mailbox, AVfResetLeavesTheBufferToAPfThatHoldsIt) {
    Mailbox mailbox;
    EXPECT_FALSE(mailbox.write_pf(0, PFMAILBOX_PFU));
    mailbox.note_vf_reset(0);
    EXPECT_EQ(mailbox.read_pf(0), PFMAILBOX_PFU);
    EXPECT_EQ(mailbox.read_vf(0), VFMAILBOX_RSTI | VFMAILBOX_PFU);
}

TEST(Mailbox, ThePfCanTakeOwnershipFromADeadVf) {
    Mailbox mailbox;
    EXPECT_FALSE(mailbox.write_vf(0, VFMAILBOX_VFU));
    EXPECT_FALSE(mailbox.write_pf(0, PFMAILBOX_RVFU));
    EXPECT_EQ(mailbox.read_pf(0), 0U);
}

TEST(Mailbox, VfResetsAreNotedUntilCleared) {
    Mailbox mailbox;
    mailbox.note_vf_reset(33);
    EXPECT_EQ(mailbox.reset_events(0), 0U);
    EXPECT_EQ(mailbox.reset_events(1), 2U);
    mailbox.clear_reset_events(1, 2);
    EXPECT_EQ(mailbox.reset_events(1), 0U);
}

TEST(Mailbox, BothSidesSeeOneBufferPerVf) {
    Mailbox mailbox;
    mailbox.set_word(5, 15, 0xCAFE);
    EXPECT_EQ(mailbox.word(5, 15), 0xCAFEU);
    EXPECT_EQ(mailbox.word(6, 15), 0U);
}

} // namespace
} // namespace rootpool::nic
