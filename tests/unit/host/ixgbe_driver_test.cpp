#include <gtest/gtest.h>

#include "tests/unit/host/nic_machine.h"

namespace rootpool::host::test {
namespace {

namespace reg = nic::reg;

class Drivers : public ::testing::Test {
protected:
    NicMachine machine_;
    CountingHandler queue_;
    CountingHandler other_;

    std::unique_ptr<IxgbevfDriver> vf_driver(unsigned vf, std::uint64_t seed = 7) {
        IxgbeSettings settings;
        settings.mac_seed = seed;
        return std::make_unique<IxgbevfDriver>(machine_.environment(), machine_.vf_device(vf), settings, "eth1");
    }
    [[nodiscard]] std::uint32_t device(std::uint32_t offset) {
        return machine_.read32(machine_.pf_device().bars[0].address + offset);
    }
    /// The vector comes through, whatever the throttle had left.
    void pass_throttle() {
        machine_.sleeper.advance(2ms);
        machine_.pump();
    }
};

using PfDriver = Drivers;
using VfDriver = Drivers;

TEST_F(PfDriver, BringsThePortUp) {
    machine_.device.set_link(true);
    IxgbePfDriver& pf = machine_.start_pf(0);
    EXPECT_EQ(pf.mac(), (MacAddress{0x90, 0xE2, 0xBA, 0x59, 0x56, 0x78}));
    EXPECT_TRUE(pf.link_up());
    EXPECT_TRUE(machine_.device.receiver_enabled());
    EXPECT_TRUE(machine_.device.queue_transmits(0));
    EXPECT_TRUE(machine_.device.dma_allowed(nic::physical_function));
    EXPECT_FALSE(machine_.device.virtualization());
    EXPECT_TRUE(machine_.log.has("ixgbe 0000:01:00.0: Intel(R) 10 Gigabit Network Connection"));
    EXPECT_TRUE(machine_.log.has("ixgbe 0000:01:00.0: 90:e2:ba:59:56:78"));
    EXPECT_TRUE(machine_.log.has("ixgbe 0000:01:00.0 eth0: NIC Link is Up 10 Gbps"));
}

TEST_F(PfDriver, GivesTheDeviceItsRings) {
    machine_.start_pf(0);
    EXPECT_EQ(device(reg::RX_QUEUE(0) + nic::queue::RDLEN), 512U * 16);
    EXPECT_EQ(device(reg::TX_QUEUE(0) + nic::queue::TDLEN), 1024U * 16);
    EXPECT_EQ(device(reg::TX_QUEUE(0) + nic::queue::TXDCTL), nic::TXDCTL_ENABLE | 8U << 16U | 1U << 8U | 32U);
    EXPECT_EQ(device(reg::RX_QUEUE(0) + nic::queue::RDT), 511U) << "all but one descriptor";
}

TEST_F(PfDriver, VirtualizationMovesThePfBehindTheVfs) {
    machine_.start_pf(4);
    EXPECT_TRUE(machine_.device.virtualization());
    EXPECT_EQ(machine_.device.queues_per_pool(), 2U);
    EXPECT_EQ(machine_.device.functions().active_vfs(), 4U);
    EXPECT_EQ(device(reg::VT_CTL) & nic::VT_CTL_DEF_PL_MASK, 4U << nic::VT_CTL_DEF_PL_SHIFT);
    EXPECT_EQ(device(reg::RX_QUEUE(8) + nic::queue::RDLEN), 512U * 16) << "first queue of pool 4";
    EXPECT_TRUE(machine_.device.pool_receives(4));
    EXPECT_FALSE(machine_.device.pool_receives(0)) << "a VF waits for its reset";
    EXPECT_EQ(device(reg::MPSAR_LO(0)), 1U << 4U);
    EXPECT_TRUE(machine_.log.has("ixgbe 0000:01:00.0 eth0: SR-IOV enabled with 4 VFs"));
}

TEST_F(PfDriver, LendsAtMost63Vfs) {
    IxgbePfDriver& pf = machine_.start_pf(0);
    EXPECT_FALSE(pf.enable_sriov(64, false));
    EXPECT_FALSE(pf.enable_sriov(0, false));
    EXPECT_TRUE(pf.enable_sriov(63, false));
    EXPECT_EQ(pf.num_vfs(), 63U);
    EXPECT_FALSE(pf.enable_sriov(1, false));
    pf.disable_sriov();
    EXPECT_EQ(machine_.device.functions().active_vfs(), 0U);
    EXPECT_FALSE(machine_.device.virtualization());
    EXPECT_TRUE(pf.is_open());
}

TEST_F(PfDriver, InterruptMasksItsVectorUntilPollingIsDone) {
    machine_.start_pf(0);
    const unsigned before = machine_.pf_queue.count;
    machine_.device.raise_rx(0);
    pass_throttle();
    EXPECT_EQ(machine_.pf_queue.count, before + 1);
    machine_.device.raise_rx(0);
    pass_throttle();
    EXPECT_EQ(machine_.pf_queue.count, before + 1) << "auto-masked";
    machine_.pf->polling_done();
    pass_throttle();
    EXPECT_EQ(machine_.pf_queue.count, before + 2);
}

TEST_F(PfDriver, ServingOtherCausesKeepsAQueueInterruptThatWaitsForItsThrottle) {
    machine_.start_pf(0);
    pass_throttle();
    const unsigned before = machine_.pf_queue.count;
    machine_.device.raise_rx(0);
    machine_.pf->service();
    pass_throttle();
    EXPECT_EQ(machine_.pf_queue.count, before + 1);
}

TEST_F(PfDriver, MayUseDmaAgainAfterItsReset) {
    machine_.start_pf(0);
    machine_.pf->close();
    EXPECT_EQ(device(reg::CTRL), 0U) << "the reset ended master disable";
    ASSERT_TRUE(machine_.pf->open({machine_.pf_queue, machine_.pf_other}));
    EXPECT_TRUE(machine_.device.dma_allowed(nic::physical_function));
}

TEST(PfDriverWithoutAddress, RefusesACardWhoseNvmHoldsNoUnicastAddress) {
    for (const MacAddress& blank : {MacAddress{}, MacAddress{0x91, 0xE2, 0xBA, 0, 0, 1}}) {
        NicMachine machine(blank);
        IxgbePfDriver pf(machine.environment(), machine.pf_device(), {}, "eth0");
        EXPECT_FALSE(pf.probe());
        EXPECT_TRUE(machine.log.has("ixgbe 0000:01:00.0: invalid MAC address"));
        EXPECT_EQ(machine.pf_device().driver, "");
    }
}

TEST_F(PfDriver, RefusesADeviceWithoutRegisters) {
    machine_.pf_device().bars[0].size = 4096;
    IxgbePfDriver pf(machine_.environment(), machine_.pf_device(), {}, "eth0");
    EXPECT_FALSE(pf.probe());
    EXPECT_FALSE(pf.open({queue_, other_}));
    EXPECT_FALSE(pf.transmit({}));
    EXPECT_TRUE(machine_.log.has("BAR 0 is missing or too small"));
}

TEST_F(VfDriver, WithoutAnAdministratorsAddressItTakesARandomOne) {
    machine_.device.set_link(true);
    machine_.start_pf(2);
    const auto vf = vf_driver(0);
    ASSERT_TRUE(vf->probe());
    EXPECT_TRUE(machine_.log.has("ixgbe 0000:01:00.0 eth0: VF Reset msg received from vf 0"));
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: MAC address not assigned by administrator."));
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: Assigning random MAC address"));
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: Intel(R) 82599 Virtual Function"));
    EXPECT_EQ(vf->mac()[0] & 3, 2) << "unicast, locally administered";
    EXPECT_EQ(vf->api_version(), 4U) << "1.3";
    ASSERT_TRUE(vf->open({queue_, other_}));
    EXPECT_TRUE(vf->link_up());
    EXPECT_EQ(machine_.pf->num_vfs(), 2U);
    EXPECT_EQ(device(reg::MPSAR_LO(127)), 1U) << "pool 0";
    EXPECT_EQ(device(reg::RAH(127)) & nic::RAH_AV, nic::RAH_AV);
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: NIC Link is Up 10 Gbps"));
}

TEST_F(VfDriver, SameSeedSameAddress) {
    machine_.start_pf(3);
    const auto first = vf_driver(0, 1);
    const auto second = vf_driver(1, 1);
    const auto third = vf_driver(2, 2);
    ASSERT_TRUE(first->probe() && second->probe() && third->probe());
    EXPECT_EQ(first->mac(), second->mac());
    EXPECT_NE(first->mac(), third->mac());
}

TEST_F(VfDriver, TakesTheAdministratorsAddress) {
    const MacAddress assigned{0x02, 1, 2, 3, 4, 5};
    machine_.start_pf(2);
    ASSERT_TRUE(machine_.pf->set_vf_mac(1, assigned));
    const auto vf = vf_driver(1);
    ASSERT_TRUE(vf->probe());
    EXPECT_EQ(vf->mac(), assigned);
    ASSERT_TRUE(vf->open({queue_, other_}));
    EXPECT_FALSE(vf->set_mac({0x02, 9, 9, 9, 9, 9})) << "the administrator's stands";
    EXPECT_EQ(vf->mac(), assigned);
}

TEST_F(VfDriver, OpensTwoOfThreeVectorsAndOnePairOfQueues) {
    machine_.start_pf(2);
    const auto vf = vf_driver(1);
    ASSERT_TRUE(vf->probe());
    ASSERT_TRUE(vf->open({queue_, other_}));
    EXPECT_EQ(machine_.interrupts.names, (std::vector<std::string>{"eth0-TxRx-0", "eth0", "eth1-TxRx-0", "eth1"}));
    EXPECT_EQ(device(reg::PVTIVAR(1)), 0x8080U);
    EXPECT_EQ(device(reg::PVTIVAR_MISC(1)), 0x81U);
    EXPECT_EQ(device(reg::RX_QUEUE(2) + nic::queue::RDT), 511U) << "queue 2 is the first of VF 1";
    EXPECT_NE(device(reg::TX_QUEUE(2) + nic::queue::TXDCTL) & nic::TXDCTL_ENABLE, 0U);
    EXPECT_TRUE(machine_.device.pool_receives(1));
    EXPECT_FALSE(machine_.device.pool_receives(0));
}

TEST_F(VfDriver, InterruptMasksItsVectorUntilPollingIsDone) {
    machine_.start_pf(1);
    const auto vf = vf_driver(0);
    ASSERT_TRUE(vf->probe() && vf->open({queue_, other_}));
    pass_throttle();
    const unsigned before = queue_.count;
    machine_.device.raise_rx(0);
    pass_throttle();
    machine_.device.raise_tx(0);
    pass_throttle();
    EXPECT_EQ(queue_.count, before + 1);
    vf->polling_done();
    pass_throttle();
    EXPECT_EQ(queue_.count, before + 2);
    EXPECT_EQ(machine_.interrupts.stray, 0U);
}

TEST_F(VfDriver, TransmitRingsTheDoorbellOfItsOwnQueue) {
    machine_.start_pf(2);
    const auto vf = vf_driver(1);
    TxPacket packet;
    packet.add({0x200'0000, 60});
    EXPECT_FALSE(vf->transmit(packet)) << "not open";
    ASSERT_TRUE(vf->probe() && vf->open({queue_, other_}));
    EXPECT_TRUE(vf->transmit(packet));
    EXPECT_EQ(device(reg::TX_QUEUE(2) + nic::queue::TDT), 2U);
    EXPECT_EQ(device(reg::TX_QUEUE(0) + nic::queue::TDT), 0U);
}

TEST_F(VfDriver, APfThatIsDownIsNotAFailureOfProbeButOfOpen) {
    machine_.start_pf(1);
    machine_.pf->close();
    const auto vf = vf_driver(0);
    EXPECT_TRUE(vf->probe());
    EXPECT_TRUE(machine_.log.has("PF still in reset state.  Is the PF interface up?"));
    EXPECT_FALSE(vf->open({queue_, other_}));
    EXPECT_TRUE(machine_.log.has("Unable to start - perhaps the PF Driver isn't up yet"));
    ASSERT_TRUE(machine_.pf->open({machine_.pf_queue, machine_.pf_other}));
    EXPECT_TRUE(vf->open({queue_, other_}));
}

TEST_F(VfDriver, LearnsOfLinkChangesThroughThePf) {
    machine_.device.set_link(true);
    machine_.start_pf(1);
    const auto vf = vf_driver(0);
    ASSERT_TRUE(vf->probe() && vf->open({queue_, other_}));
    pass_throttle();
    const unsigned before = other_.count;
    machine_.device.set_link(false);
    machine_.sleeper.sleep(1ms);
    EXPECT_FALSE(machine_.pf->link_up());
    pass_throttle();
    EXPECT_EQ(other_.count, before + 1) << "PF_CONTROL";
    vf->service();
    EXPECT_FALSE(vf->link_up());
    machine_.device.set_link(true);
    machine_.sleeper.sleep(1ms);
    vf->service();
    EXPECT_TRUE(vf->link_up());
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: NIC Link is Down"));
}

TEST_F(VfDriver, SurpriseRemovalEndsItWithoutWaiting) {
    machine_.start_pf(1);
    const auto vf = vf_driver(0);
    ASSERT_TRUE(vf->probe() && vf->open({queue_, other_}));
    const std::size_t held = machine_.buffers.free.size();
    machine_.surprise_removed = true;
    const SimTime before = machine_.sleeper.now();
    vf->service();
    EXPECT_TRUE(vf->removed());
    EXPECT_EQ(machine_.sleeper.now(), before);
    EXPECT_TRUE(machine_.log.has("ixgbevf 0000:02:10.0: Adapter removed"));
    EXPECT_FALSE(vf->transmit({}));
    EXPECT_EQ(machine_.buffers.free.size(), held + 511) << "its receive buffers came back";
}

TEST_F(VfDriver, CloseGivesItsBuffersBackAndOpenWorksAgain) {
    machine_.start_pf(1);
    const std::size_t before = machine_.buffers.free.size();
    const auto vf = vf_driver(0);
    ASSERT_TRUE(vf->probe() && vf->open({queue_, other_}));
    EXPECT_EQ(machine_.buffers.free.size(), before - 511);
    vf->close();
    EXPECT_EQ(machine_.buffers.free.size(), before);
    EXPECT_EQ(device(reg::RX_QUEUE(0) + nic::queue::RXDCTL) & nic::RXDCTL_ENABLE, 0U);
    EXPECT_TRUE(vf->open({queue_, other_}));
    EXPECT_EQ(machine_.interrupts.names.size(), 4U) << "vectors are asked for once";
}

TEST_F(VfDriver, OversizedFramesAreRefusedByThePf) {
    machine_.start_pf(1);
    IxgbeSettings settings;
    settings.max_frame = 9018;
    IxgbevfDriver vf(machine_.environment(), machine_.vf_device(0), settings, "eth1");
    ASSERT_TRUE(vf.probe());
    EXPECT_FALSE(vf.open({queue_, other_})) << "the PF has standard frames (specification update, jumbo with SR-IOV)";
    EXPECT_TRUE(machine_.log.has("VF max_frame 9018 out of range"));
}

} // namespace
} // namespace rootpool::host::test
