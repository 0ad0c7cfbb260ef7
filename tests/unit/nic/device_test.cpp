#include "rootpool/nic/device.h"

#include <functional>
#include <gmock/gmock.h>

namespace rootpool::nic {
namespace {

using pcie::Bdf;
using testing::AtLeast;
using testing::NiceMock;

class MockEvents : public DeviceEvents {
public:
    MOCK_METHOD(void, on_transmit_work, (unsigned), (override));
    MOCK_METHOD(void, on_receive_work, (unsigned), (override));
    MOCK_METHOD(void, on_transmit_queue_stopped, (unsigned), (override));
    MOCK_METHOD(void, on_receive_queue_stopped, (unsigned), (override));
    MOCK_METHOD(void, on_interrupt_change, (FunctionNumber), (override));
    MOCK_METHOD(void, on_dma_stopped, (FunctionNumber), (override));
};

class DeviceTest : public testing::Test {
protected:
    explicit DeviceTest(const FunctionOptions& options = {})
        : device(options, {0x90, 0xE2, 0xBA, 0x12, 0x34, 0x56}, events) {}

    static constexpr Bdf pf_id{1, 0, 0};
    NiceMock<MockEvents> events;
    Device device;

    void configure(std::uint16_t offset, std::uint32_t value, FunctionNumber function = physical_function) {
        device.functions().write(function, is_virtual(function) ? device.functions().routing_id(function) : pf_id,
                                 offset, value, 0xF);
    }
    void enable_vfs(unsigned count) {
        configure(0x168, 0x10);
        configure(0x170, count);
        configure(0x168, 0x19);
        write(reg::GCR_EXT, GCR_EXT_VT_MODE_64);
        write(reg::VT_CTL, VT_CTL_VT_ENA | VT_CTL_REPLEN | count << VT_CTL_DEF_PL_SHIFT);
    }
    void write(std::uint32_t offset, std::uint32_t value) { device.write({physical_function, 0, offset}, value, 0us); }
    std::uint32_t read(std::uint32_t offset, SimTime now = 0us) {
        return device.read({physical_function, 0, offset}, now);
    }
    void write_vf(unsigned n, std::uint32_t offset, std::uint32_t value) {
        device.write({vf(n), 0, offset}, value, 0us);
    }
    std::uint32_t read_vf(unsigned n, std::uint32_t offset) { return device.read({vf(n), 0, offset}, 0us); }
    static FunctionNumber vf(unsigned n) { return function_of(pcie::VfIndex(static_cast<std::uint16_t>(n))); }
};

TEST_F(DeviceTest, UnknownOffsetsReadZeroAndAreCounted) {
    EXPECT_EQ(read(0x1F000), 0U);
    write(0x1F000, 1);
    EXPECT_EQ(read(0x3'0000), 0U) << "flash";
    EXPECT_EQ(read_vf(0, 0x3FFC), 0U);
    EXPECT_EQ(device.unknown_accesses(), 4U);
}

TEST_F(DeviceTest, StatusShowsLinkAndVfs) {
    EXPECT_EQ(read(reg::STATUS), STATUS_MASTER_ENABLE);
    enable_vfs(5);
    device.set_link(true);
    EXPECT_EQ(read(reg::STATUS),
              STATUS_MASTER_ENABLE | STATUS_LINK_UP | STATUS_IOV_ACTIVE | 5U << STATUS_NUM_VFS_SHIFT);
    EXPECT_EQ(read_vf(2, vf_reg::VFLINKS) & (LINKS_UP | LINKS_SPEED_10G), LINKS_UP | LINKS_SPEED_10G);
    device.set_link(false);
    EXPECT_EQ(read(reg::LINKS) & LINKS_UP, 0U);
}

TEST_F(DeviceTest, FreeRunningTimerCountsMicroseconds) {
    EXPECT_EQ(read(reg::FRTIMER, 1'002'003us), 1U << 20U | 2U << 10U | 3U);
}

TEST_F(DeviceTest, PfCountersClearOnReadAndVfCountersDoNot) {
    device.statistics().count_mac_received(64, CastType::unicast);
    device.statistics().count_vf_received(0, 64, false);
    EXPECT_EQ(read(reg::GPRC), 1U);
    EXPECT_EQ(read(reg::GPRC), 0U);
    EXPECT_EQ(read_vf(0, vf_reg::VFGPRC), 1U);
    EXPECT_EQ(read_vf(0, vf_reg::VFGPRC), 1U);
}

TEST_F(DeviceTest, CausesOfAVfClearWhenReadAndWhenWritten) {
    write_vf(1, vf_reg::VTEICS, 0x7);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 0x7U);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 0U);
    write_vf(1, vf_reg::VTEICS, 0xFFFF'FFFF);
    write_vf(1, vf_reg::VTEICR, 0x3);
    EXPECT_EQ(read(reg::PVTEICR(1)), 0x4U) << "the PF sees the same register";
    write_vf(1, vf_reg::VTEIMS, 0x5);
    write_vf(1, vf_reg::VTEIMC, 0x4);
    EXPECT_EQ(read_vf(1, vf_reg::VTEIMS), 0x1U);
}

TEST_F(DeviceTest, PfMasksAreOneRegisterInTwoViews) {
    write(reg::EIMS_EX(0), 0x8000'0003);
    write(reg::EIMS, EICR_MAILBOX);
    EXPECT_EQ(read(reg::EIMS), EICR_MAILBOX | 0x3U);
    EXPECT_EQ(read(reg::EIMS_EX(0)), 0x8000'0003U);
    write(reg::EIMC, 0x1);
    EXPECT_EQ(read(reg::EIMS_EX(0)), 0x8000'0002U);
}

TEST_F(DeviceTest, MailboxMessageTravelsWithCausesOnBothSides) {
    enable_vfs(2);
    write(reg::CTRL_EXT, CTRL_EXT_PFRSTD);
    EXPECT_EQ(read_vf(1, vf_reg::VFMAILBOX), VFMAILBOX_RSTD);
    write_vf(1, vf_reg::VFMAILBOX, VFMAILBOX_VFU);
    EXPECT_EQ(read_vf(1, vf_reg::VFMAILBOX), VFMAILBOX_VFU);
    write_vf(1, vf_reg::VFMBMEM(0), 0x1);
    write_vf(1, vf_reg::VFMAILBOX, VFMAILBOX_REQ);
    EXPECT_EQ(read(reg::EICS) & EICR_MAILBOX, EICR_MAILBOX);
    EXPECT_EQ(read(reg::PFMBICR(0)), 1U << 1U);
    EXPECT_EQ(read(reg::PFMBMEM(1, 0)), 0x1U);

    write_vf(1, vf_reg::VTIVAR_MISC, IVAR_VALID | 2U);
    write(reg::PFMAILBOX(1), PFMAILBOX_STS | PFMAILBOX_ACK);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 1U << 2U);
    EXPECT_EQ(read_vf(1, vf_reg::VFMAILBOX), VFMAILBOX_PFSTS | VFMAILBOX_PFACK);
    EXPECT_EQ(read_vf(0, vf_reg::VFMAILBOX), VFMAILBOX_RSTD) << "the other VF saw nothing of it";
}

TEST_F(DeviceTest, QueueCausesGoWhereTheirOwnersIvarSays) {
    enable_vfs(2);
    write_vf(1, vf_reg::VTIVAR(0), IVAR_VALID | 1U | (IVAR_VALID | 0U) << 8U);
    device.raise_rx(2);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 0b10U);
    device.raise_tx(2);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 0b01U);
    device.raise_rx(3);
    EXPECT_EQ(read_vf(1, vf_reg::VTEICR), 0U) << "not valid";
    write(reg::IVAR(2), IVAR_VALID | 5U); // queue 4: pool 2, the PF's
    device.raise_rx(4);
    EXPECT_EQ(read(reg::EICS), 1U << 5U);
}

TEST_F(DeviceTest, EnablingAQueueLatchesItsRing) {
    const std::uint32_t at = reg::RX_QUEUE(7);
    write(at + queue::RDBAL, 0x8000'1080);
    write(at + queue::RDBAH, 0x2);
    write(at + queue::RDLEN, 0x1000);
    write(at + queue::RDH, 3);
    EXPECT_CALL(events, on_receive_work(7)).Times(2);
    write(at + queue::RXDCTL, RXDCTL_ENABLE);
    EXPECT_EQ(read(at + queue::RXDCTL), RXDCTL_ENABLE);
    write(at + queue::RDT, 255);
    EXPECT_EQ(device.rx_ring(7).base, 0x2'8000'1080ULL);
    EXPECT_EQ(device.rx_ring(7).length, 256U);
    EXPECT_EQ(device.rx_ring(7).available(), 252U);
    write(at + queue::RDH, 0);
    EXPECT_EQ(read(at + queue::RDH), 3U) << "the device's once enabled";
    write(at + queue::RDBAL, 0);
    EXPECT_EQ(device.rx_ring(7).base, 0x2'8000'1080ULL);
}

TEST_F(DeviceTest, AWildTailHandsOverNothing) {
    const std::uint32_t at = reg::TX_QUEUE(0);
    write(at + queue::TDLEN, 0x400);
    write(at + queue::TXDCTL, TXDCTL_ENABLE);
    write(at + queue::TDT, 0xFFFF'FFFF);
    EXPECT_EQ(device.tx_ring(0).available(), 0U);
    EXPECT_EQ(read(at + queue::TDT), 0xFFFFU) << "16 bits";
}

TEST_F(DeviceTest, PoolsDecideWhoOwnsAQueue) {
    EXPECT_EQ(device.owner_of(0), physical_function);
    enable_vfs(3);
    EXPECT_EQ(device.owner_of(0), vf(0));
    EXPECT_EQ(device.owner_of(5), vf(2));
    EXPECT_EQ(device.owner_of(6), physical_function) << "pool 3 of 3 VFs";
}

TEST_F(DeviceTest, VfResetKeepsWhatTheSpecificationUpdateNames) {
    enable_vfs(2);
    const std::uint32_t rx = vf_reg::RX_QUEUE(0);
    write_vf(0, rx + queue::RDBAL, 0x1000);
    write_vf(0, rx + queue::RDLEN, 0x400);
    write_vf(0, rx + queue::RXDCTL, RXDCTL_ENABLE);
    write_vf(0, rx + queue::RDT, 7);
    write_vf(0, rx + queue::SRRCTL, 0x0200'0002);
    write_vf(0, vf_reg::VTEIMS, 1);
    write_vf(0, vf_reg::VTEITR(0), 200);
    write_vf(0, vf_reg::VTIVAR(0), 0x80);
    EXPECT_CALL(events, on_dma_stopped(vf(0))).Times(AtLeast(1));
    EXPECT_CALL(events, on_receive_queue_stopped(0));
    EXPECT_CALL(events, on_receive_queue_stopped(1));
    configure(0xA8, 0x8000, vf(0));

    EXPECT_EQ(read_vf(0, rx + queue::RXDCTL), RXDCTL_ENABLE);
    EXPECT_EQ(read_vf(0, rx + queue::RDT), 7U);
    EXPECT_EQ(read_vf(0, rx + queue::SRRCTL), 0x0200'0002U);
    EXPECT_EQ(read_vf(0, rx + queue::RDBAL), 0U);
    EXPECT_EQ(read_vf(0, vf_reg::VTEIMS), 0U);
    EXPECT_EQ(read_vf(0, vf_reg::VTEITR(0)), 0U);
    EXPECT_EQ(read_vf(0, vf_reg::VTIVAR(0)), 0U);
    EXPECT_EQ(device.rx_ring(0).available(), 0U) << "an enabled queue without a ring takes nothing";
    EXPECT_EQ(read(reg::VFLRE(0)), 1U);
    EXPECT_EQ(read(reg::EICS) & EICR_MAILBOX, EICR_MAILBOX);
    write(reg::VFLREC(0), 1);
    EXPECT_EQ(read(reg::VFLRE(0)), 0U);
}

class DeviceWhoseVfResetIsComplete : public DeviceTest {
protected:
    DeviceWhoseVfResetIsComplete() : DeviceTest(FunctionOptions{.vf_flr_keeps_queues = false}) {}
};

TEST_F(DeviceWhoseVfResetIsComplete, VfResetClearsTheQueueRegistersOfThatVfOnly) {
    enable_vfs(2);
    const std::uint32_t rx = vf_reg::RX_QUEUE(0);
    const std::uint32_t tx = vf_reg::TX_QUEUE(1);
    const std::array registers{vf_reg::VFPSRTYPE,      rx + queue::RDBAL,  rx + queue::RDLEN,  rx + queue::SRRCTL,
                               rx + queue::DCA_RXCTRL, rx + queue::RDT,    rx + queue::RXDCTL, tx + queue::TDLEN,
                               tx + queue::DCA_TXCTRL, tx + queue::TDWBAL, tx + queue::TDWBAH, tx + queue::TDT,
                               tx + queue::TXDCTL,     rx + queue::RDH,    tx + queue::TDH};
    std::vector<std::uint32_t> fresh;
    std::vector<std::uint32_t> used;
    for (const std::uint32_t offset : registers) {
        fresh.push_back(read_vf(0, offset));
        for (const unsigned n : {0U, 1U}) {
            const bool head = offset == rx + queue::RDH || offset == tx + queue::TDH; // the device's once enabled
            write_vf(n, offset, head ? 0U : RXDCTL_ENABLE | 0x1080U);
        }
        used.push_back(read_vf(1, offset));
    }
    ASSERT_TRUE(device.rx_ring(0).enabled && device.tx_ring(1).enabled);
    device.rx_ring(0).take(3);
    device.tx_ring(1).take(3);
    ASSERT_EQ(read_vf(0, rx + queue::RDH), 3U);
    device.statistics().count_no_descriptor(0);
    configure(0xA8, 0x8000, vf(0));
    for (std::size_t i = 0; i < registers.size(); ++i) {
        EXPECT_EQ(read_vf(0, registers[i]), fresh[i]) << std::hex << registers[i];
        EXPECT_EQ(read_vf(1, registers[i]), used[i]) << std::hex << registers[i];
    }
    EXPECT_FALSE(device.rx_ring(0).enabled);
    EXPECT_FALSE(device.tx_ring(1).enabled);
    EXPECT_TRUE(device.rx_ring(2).enabled);
    EXPECT_EQ(read(reg::QPRDC(0)), 1U) << "a counter among the queue's registers is the PF's";
}

TEST_F(DeviceTest, SoftwareResetOfAVfIsNotedAsWell) {
    enable_vfs(2);
    write_vf(1, vf_reg::VTEIMS, 1);
    write_vf(1, vf_reg::VFCTRL, VFCTRL_RST);
    EXPECT_EQ(read_vf(1, vf_reg::VTEIMS), 0U);
    EXPECT_EQ(read_vf(1, vf_reg::VFCTRL), 0U);
    EXPECT_EQ(read(reg::VFLRE(0)), 2U);
}

TEST_F(DeviceTest, BothResetsOfAVfCloseItsPoolUntilThePfOpensIt) {
    enable_vfs(40);
    write(reg::DMATXCTL, DMATXCTL_TE);
    for (const unsigned n : {1U, 33U}) {
        const auto open_all = [this] {
            for (const std::uint32_t enable : {reg::VFRE(0), reg::VFRE(1), reg::VFTE(0), reg::VFTE(1)}) {
                write(enable, 0xFFFF'FFFF);
            }
        };
        const auto expect_closed = [this, n] {
            EXPECT_FALSE(device.pool_receives(n));
            EXPECT_FALSE(device.queue_transmits(2 * n));
            EXPECT_TRUE(device.pool_receives(n + 1));
            EXPECT_TRUE(device.queue_transmits(2 * n + 2));
        };
        open_all();
        write_vf(n, vf_reg::VFCTRL, VFCTRL_RST);
        expect_closed();
        open_all();
        configure(0xA8, 0x8000, vf(n));
        expect_closed();
    }
}

TEST_F(DeviceTest, ResetDoneIsSaidOnceAndOutlastsNoLaterWrite) {
    enable_vfs(1);
    write(reg::CTRL_EXT, CTRL_EXT_PFRSTD);
    EXPECT_EQ(read_vf(0, vf_reg::VFMAILBOX), VFMAILBOX_RSTD);
    EXPECT_EQ(read(reg::CTRL_EXT), 0U) << "clears itself";
    write(reg::CTRL_EXT, read(reg::CTRL_EXT) | 1U << 16U);
    EXPECT_EQ(read_vf(0, vf_reg::VFMAILBOX), 0U);
}

TEST_F(DeviceTest, DeviceResetClearsItselfAndPutsVfsIntoReset) {
    enable_vfs(2);
    write(reg::CTRL_EXT, CTRL_EXT_PFRSTD);
    write(reg::VFTE(0), 0x3);
    write(reg::CTRL, CTRL_RST);
    EXPECT_EQ(read(reg::CTRL), 0U);
    EXPECT_EQ(read(reg::VFTE(0)), 0U);
    EXPECT_EQ(read_vf(0, vf_reg::VFMAILBOX), VFMAILBOX_RSTI);
    EXPECT_TRUE(device.functions().vf_enabled()) << "configuration space is not touched";
}

TEST_F(DeviceTest, EveryResetLoadsTheAddressOfTheNvm) {
    const std::function<void()> resets[] = {
        [] {}, // power-on
        [this] { write(reg::CTRL, CTRL_RST); },
        [this] { write(reg::CTRL, CTRL_LRST); },
        [this] { configure(0xA8, 0x8000); },
        [this] {
            configure(0x44, 3);
            configure(0x44, 0);
        },
        [this] { device.conventional_reset(); },
    };
    for (const auto& reset : resets) {
        reset();
        EXPECT_EQ(read(reg::RAL(0)), 0x12BA'E290U);
        EXPECT_EQ(read(reg::RAH(0)), 0x5634U | RAH_AV);
        write(reg::RAL(0), 0xFFFF'FFFE);
        write(reg::RAH(0), 0);
    }
}

TEST_F(DeviceTest, AResetOfAVfLeavesTheAddressesAlone) {
    enable_vfs(1);
    write(reg::RAL(0), 0x0001'0002);
    write_vf(0, vf_reg::VFCTRL, VFCTRL_RST);
    configure(0xA8, 0x8000, vf(0));
    EXPECT_EQ(read(reg::RAL(0)), 0x0001'0002U);
}

TEST_F(DeviceTest, BothResetsOfCtrlEndMasterDisable) {
    configure(0x04, 0x4);
    for (const std::uint32_t reset : {CTRL_RST, CTRL_LRST}) {
        for (const std::uint32_t ctrl : {reg::CTRL, reg::CTRL_ALIAS}) {
            write(ctrl, CTRL_MASTER_DISABLE);
            ASSERT_FALSE(device.dma_allowed(physical_function));
            write(ctrl, read(ctrl) | reset);
            EXPECT_EQ(read(reg::CTRL), 0U);
            EXPECT_EQ(read(reg::CTRL_ALIAS), 0U);
            EXPECT_NE(read(reg::STATUS) & STATUS_MASTER_ENABLE, 0U);
            EXPECT_TRUE(device.dma_allowed(physical_function));
        }
    }
}

TEST_F(DeviceTest, VanishedVfsLeaveNoEnabledQueueToThePf) {
    enable_vfs(2);
    write_vf(1, vf_reg::TX_QUEUE(0) + queue::TDLEN, 0x400);
    write_vf(1, vf_reg::TX_QUEUE(0) + queue::TXDCTL, TXDCTL_ENABLE);
    ASSERT_TRUE(device.tx_ring(2).enabled);
    configure(0x168, 0x10);
    EXPECT_EQ(device.owner_of(2), physical_function);
    EXPECT_FALSE(device.tx_ring(2).enabled);
}

TEST_F(DeviceTest, VanishingVfsLeaveThePfsPoolAlone) {
    enable_vfs(2);
    const std::uint32_t pf_queue = reg::TX_QUEUE(4); // pool 2
    write(pf_queue + queue::TDLEN, 0x400);
    write(pf_queue + queue::TXDCTL, TXDCTL_ENABLE);
    write(reg::DMATXCTL, DMATXCTL_TE);
    write(reg::VFTE(0), 0x7);
    write(reg::VFRE(0), 0x7);
    configure(0x168, 0x10);
    EXPECT_TRUE(device.tx_ring(4).enabled);
    EXPECT_EQ(read(pf_queue + queue::TDLEN), 0x400U);
    EXPECT_TRUE(device.queue_transmits(4));
    EXPECT_TRUE(device.pool_receives(2));
    EXPECT_FALSE(device.pool_receives(1));
}

TEST_F(DeviceTest, MasterDisableStopsDma) {
    configure(0x04, 0x4);
    EXPECT_TRUE(device.dma_allowed(physical_function));
    write(reg::CTRL, CTRL_MASTER_DISABLE);
    EXPECT_FALSE(device.dma_allowed(physical_function));
    EXPECT_EQ(read(reg::STATUS) & STATUS_MASTER_ENABLE, 0U);
}

TEST_F(DeviceTest, ClearingBusMasterEndsTheFunctionsRequests) {
    enable_vfs(1);
    configure(0x04, 0x4, vf(0));
    EXPECT_CALL(events, on_dma_stopped(vf(0)));
    configure(0x04, 0x0, vf(0));
}

TEST_F(DeviceTest, RateLimitBelongsToTheSelectedQueue) {
    write(reg::RTTDQSEL, 9);
    write(reg::RTTBCNRC, RTTBCNRC_RS_ENA | 2U << 14U);
    EXPECT_EQ(device.rate_factor(9), 2U << 14U);
    EXPECT_EQ(device.rate_factor(8), 0U);
    write(reg::RTTBCNRC, 2U << 14U);
    EXPECT_EQ(device.rate_factor(9), 0U) << "RS_ENA clear: unlimited";
}

TEST_F(DeviceTest, QdeForcesDropsOfOneQueue) {
    write(reg::QDE, QDE_ENABLE | QDE_WRITE | 3U << QDE_INDEX_SHIFT);
    EXPECT_TRUE(device.drops_without_descriptor(3));
    EXPECT_FALSE(device.drops_without_descriptor(2));
    write(reg::RX_QUEUE(2) + queue::SRRCTL, SRRCTL_DROP_EN);
    EXPECT_TRUE(device.drops_without_descriptor(2));
}

} // namespace
} // namespace rootpool::nic
