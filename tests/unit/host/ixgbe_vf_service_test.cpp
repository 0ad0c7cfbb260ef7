#include "rootpool/host/ixgbe_vf_service.h"

#include <gtest/gtest.h>

#include "tests/unit/host/nic_machine.h"

namespace rootpool::host::test {
namespace {

namespace reg = nic::reg;

constexpr std::uint32_t ack = 1U << 31U;
constexpr std::uint32_t nack = 1U << 30U;
constexpr std::uint32_t cts = 1U << 29U;

/// A guest that speaks to the PF word by word.
class VfMessages : public ::testing::Test {
protected:
    static constexpr unsigned vf = 1;

    void SetUp() override {
        machine_.start_pf(4);
        guest_.emplace(machine_, machine_.vf_device(vf).bars[0].address);
        mailbox_.emplace(*guest_, machine_.sleeper);
        mailbox_->set_timeout(100);
        (void)mailbox_->reset_seen();
    }
    using Words = std::array<std::uint32_t, 16>;
    Words ask(std::initializer_list<std::uint32_t> request) {
        const std::vector<std::uint32_t> words(request);
        Words reply{};
        EXPECT_TRUE(mailbox_->write_posted(words));
        EXPECT_TRUE(mailbox_->read_posted(reply));
        machine_.serve();
        return reply;
    }
    void reset_vf() { ASSERT_EQ(ask({0x01})[0], nack | 0x01); }
    void reset_and_negotiate(std::uint32_t api) {
        reset_vf();
        ASSERT_EQ(ask({0x08, api})[0], ack | cts | 0x08);
    }
    [[nodiscard]] std::uint32_t device(std::uint32_t offset) {
        return machine_.read32(machine_.pf_device().bars[0].address + offset);
    }

    NicMachine machine_;
    std::optional<IxgbeRegisters> guest_;
    std::optional<IxgbevfMailbox> mailbox_;
};

TEST_F(VfMessages, NothingIsServedBeforeAReset) {
    EXPECT_EQ(ask({0x08, 4})[0], nack | 0x08);
    EXPECT_EQ(ask({0x05, 1518})[0], nack | 0x05);
}

TEST_F(VfMessages, ResetWithoutAnAddressIsAnsweredWithNackAndFilterType) {
    const Words reply = ask({0x01});
    EXPECT_EQ(reply[0], 0x4000'0001U);
    EXPECT_EQ(reply[3], 0U);
    EXPECT_TRUE(machine_.device.pool_receives(vf));
    EXPECT_TRUE(machine_.device.queue_transmits(2 * vf));
    EXPECT_TRUE(machine_.device.drops_without_descriptor(2 * vf));
    EXPECT_FALSE(machine_.device.pool_receives(vf + 1));
}

TEST_F(VfMessages, ResetBringsTheAdministratorsAddress) {
    ASSERT_TRUE(machine_.pf->set_vf_mac(vf, {0x02, 0x11, 0x22, 0x33, 0x44, 0x55}));
    const Words reply = ask({0x01});
    EXPECT_EQ(reply[0], 0x8000'0001U);
    EXPECT_EQ(reply[1], 0x3322'1102U);
    EXPECT_EQ(reply[2], 0x5544U);
    EXPECT_EQ(device(reg::MPSAR_LO(127 - vf)), 1U << vf);
}

TEST_F(VfMessages, ResetClearsTheHeadWriteBackAddressOfThePreviousOwner) {
    guest_->write(nic::vf_reg::TX_QUEUE(0) + nic::queue::TDWBAH, 0x1234);
    reset_vf();
    EXPECT_EQ(device(reg::TX_QUEUE(2 * vf) + nic::queue::TDWBAH), 0U);
}

TEST_F(VfMessages, ResetClearsTheMailboxOfThePreviousOwner) {
    guest_->write(nic::vf_reg::VFMBMEM(15), 0xDEAD);
    guest_->write(nic::vf_reg::VFCTRL, nic::VFCTRL_RST);
    EXPECT_EQ(guest_->read(nic::vf_reg::VFMBMEM(15)), 0xDEADU) << "hardware keeps it";
    reset_vf();
    EXPECT_EQ(guest_->read(nic::vf_reg::VFMBMEM(15)), 0U);
}

TEST_F(VfMessages, NegotiatesVersions1_0To1_3) {
    reset_vf();
    for (const std::uint32_t known : {0U, 2U, 3U, 4U}) {
        EXPECT_EQ(ask({0x08, known})[0], ack | cts | 0x08) << known;
    }
    for (const std::uint32_t unknown : {1U, 5U, 6U, 0xFFFF'FFFFU}) {
        EXPECT_EQ(ask({0x08, unknown})[0], nack | cts | 0x08) << unknown;
    }
    EXPECT_TRUE(machine_.log.has("eth0: VF 1 requested invalid api version 6"));
}

TEST_F(VfMessages, QueuesNeedVersion1_1) {
    reset_and_negotiate(0);
    EXPECT_EQ(ask({0x09})[0], nack | cts | 0x09);
    ASSERT_EQ(ask({0x08, 2})[0], ack | cts | 0x08);
    const Words reply = ask({0x09, 0, 0, 9, 9});
    EXPECT_EQ(reply[0], ack | cts | 0x09);
    EXPECT_EQ(reply[1], 2U);
    EXPECT_EQ(reply[2], 2U);
    EXPECT_EQ(reply[3], 0U);
    EXPECT_EQ(reply[4], 0U);
}

TEST_F(VfMessages, MacAddressGoesIntoTheFilterOfThisPoolOnly) {
    reset_vf();
    EXPECT_EQ(ask({0x02, 0x3322'1102, 0x5544})[0], ack | cts | 0x02);
    EXPECT_EQ(device(reg::RAL(127 - vf)), 0x3322'1102U);
    EXPECT_EQ(device(reg::RAH(127 - vf)), 0x5544U | nic::RAH_AV);
    EXPECT_EQ(device(reg::MPSAR_LO(127 - vf)), 1U << vf);
    EXPECT_EQ(device(reg::MPSAR_HI(127 - vf)), 0U);
    EXPECT_EQ(machine_.pf->num_vfs(), 4U);
}

TEST_F(VfMessages, MulticastZeroAndForbiddenAddressesAreRefused) {
    reset_vf();
    EXPECT_EQ(ask({0x02, 0x3322'1101, 0x5544})[0], nack | cts | 0x02) << "multicast";
    EXPECT_EQ(ask({0x02, 0, 0})[0], nack | cts | 0x02);
    ASSERT_TRUE(machine_.pf->set_vf_mac(vf, {0x02, 0x11, 0x22, 0x33, 0x44, 0x55}));
    EXPECT_EQ(ask({0x02, 0x3322'1102, 0x6644})[0], nack | cts | 0x02) << "the administrator's stands";
    EXPECT_EQ(ask({0x02, 0x3322'1102, 0x5544})[0], ack | cts | 0x02) << "the same address is no change";
}

TEST_F(VfMessages, FrameSizesAboveThePfsAreRefusedAndReceptionStops) {
    reset_and_negotiate(4);
    EXPECT_EQ(ask({0x05, 1518})[0], ack | cts | 0x05);
    EXPECT_TRUE(machine_.device.pool_receives(vf));
    EXPECT_EQ(ask({0x05, 9018})[0], nack | cts | 0x05);
    EXPECT_FALSE(machine_.device.pool_receives(vf));
    EXPECT_EQ(ask({0x05, 0xFFFF'FFFF})[0], nack | cts | 0x05);
    EXPECT_EQ(device(reg::MAXFRS) >> nic::MAXFRS_MFS_SHIFT, 1518U);
}

TEST_F(VfMessages, MulticastCountsBeyondTheMessageAreBounded) {
    reset_vf();
    EXPECT_EQ(ask({0x03 | 255U << 16U, 0x0021'0040})[0], ack | cts | 0x03U | 255U << 16U);
    EXPECT_EQ(device(reg::MTA(2)) & 1U, 1U);
    EXPECT_EQ(device(reg::MTA(1)) & 2U, 2U);
    EXPECT_NE(device(reg::VMOLR(vf)) & nic::VMOLR_ROMPE, 0U);
}

TEST_F(VfMessages, ReceptionModesFollowVersionAndTrust) {
    reset_and_negotiate(2);
    EXPECT_EQ(ask({0x0C, 1})[0], nack | cts | 0x0C) << "needs 1.2";
    ASSERT_EQ(ask({0x08, 3})[0], ack | cts | 0x08);
    EXPECT_EQ(ask({0x0C, 3})[0], nack | cts | 0x0C) << "promiscuous needs 1.3";
    EXPECT_EQ(ask({0x0C, 0})[0], ack | cts | 0x0C);
    EXPECT_EQ(device(reg::VMOLR(vf)) & (nic::VMOLR_BAM | nic::VMOLR_ROMPE), 0U);
    EXPECT_EQ(ask({0x0C, 2})[1], 1U) << "an untrusted VF gets no more than MULTI";
    EXPECT_EQ(device(reg::VMOLR(vf)) & nic::VMOLR_MPE, 0U);
    EXPECT_EQ(ask({0x0C, 4})[0], nack | cts | 0x0C);
}

TEST_F(VfMessages, VlansAndFurtherAddressesAreRefused) {
    reset_vf();
    EXPECT_EQ(ask({0x04 | 1U << 16U, 100})[0] & (ack | nack), nack);
    EXPECT_EQ(ask({0x04 | 1U << 16U, 0})[0] & (ack | nack), ack);
    EXPECT_EQ(ask({0x06 | 1U << 16U, 0x3322'1102, 0x5544})[0] & (ack | nack), nack);
    EXPECT_EQ(ask({0x06})[0] & (ack | nack), ack);
}

TEST_F(VfMessages, UnknownMessagesAreRefusedAndLogged) {
    reset_vf();
    EXPECT_EQ(ask({0x77, 1, 2, 3})[0], nack | cts | 0x77);
    EXPECT_TRUE(machine_.log.has("Unhandled Msg 00000077"));
}

TEST_F(VfMessages, AVfResetTakesItsAddressFilterAway) {
    reset_vf();
    ASSERT_EQ(ask({0x02, 0x3322'1102, 0x5544})[0], ack | cts | 0x02);
    guest_->write(nic::vf_reg::VFCTRL, nic::VFCTRL_RST);
    machine_.pf->service_mailbox();
    EXPECT_EQ(device(reg::RAH(127 - vf)) & nic::RAH_AV, 0U);
}

TEST_F(VfMessages, MoreThan63VfsAreAnErrorOfTheCaller) {
    IxgbeRegisters registers(machine_, 0);
    IxgbeFilters filters(registers);
    EXPECT_THROW(IxgbeVfService(registers, filters, machine_.log, "", 64, 1518), core::ModelViolation);
}

TEST_F(VfMessages, AdministratorCannotNameAVfOrAnAddressThatDoesNotExist) {
    EXPECT_FALSE(machine_.pf->set_vf_mac(4, {0x02, 1, 1, 1, 1, 1}));
    EXPECT_FALSE(machine_.pf->set_vf_mac(0, {0x01, 1, 1, 1, 1, 1}));
    EXPECT_FALSE(machine_.pf->set_vf_mac(0, {}));
}

} // namespace
} // namespace rootpool::host::test
