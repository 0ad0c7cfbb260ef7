#include "rootpool/nic/l2_switch.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace rootpool::nic {
namespace {

constexpr MacAddress vf0_mac{2, 0, 0, 0, 0, 0x10};
constexpr MacAddress vf1_mac{2, 0, 0, 0, 0, 0x11};
constexpr MacAddress pf_mac{2, 0, 0, 0, 0, 0x01};
constexpr MacAddress stranger{2, 0, 0, 0, 0, 0x99};
constexpr MacAddress everyone{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
constexpr MacAddress group{0x01, 0x00, 0x5E, 0x01, 0x02, 0x03};
constexpr unsigned pf_pool = 2;

class L2SwitchTest : public testing::Test {
protected:
    RegisterFile registers{register_definitions()};
    L2Switch l2;

    L2SwitchTest() {
        set_address(0, pf_mac, pf_pool);
        set_address(127, vf0_mac, 0);
        set_address(20, vf1_mac, 1);
        for (unsigned pool = 0; pool < 3; ++pool) {
            registers.set(reg::VMOLR(pool), VMOLR_BAM | VMOLR_AUPE | VMOLR_ROMPE);
        }
        registers.set(reg::FCTRL, FCTRL_BAM);
        registers.set(reg::VT_CTL, VT_CTL_VT_ENA | VT_CTL_REPLEN | pf_pool << VT_CTL_DEF_PL_SHIFT);
        registers.set(reg::PFDTXGSWC, PFDTXGSWC_LBEN);
        l2.load(registers);
    }
    void set_address(unsigned index, const MacAddress& mac, unsigned pool) {
        const std::uint64_t number = mac_number(mac.data());
        registers.set(reg::RAL(index), static_cast<std::uint32_t>(number));
        registers.set(reg::RAH(index), static_cast<std::uint32_t>(number >> 32U) | RAH_AV);
        registers.set(pool < 32 ? reg::MPSAR_LO(index) : reg::MPSAR_HI(index), 1U << pool % 32);
    }
    static std::vector<std::uint8_t> frame(const MacAddress& to, const MacAddress& from, std::uint16_t vlan = 0) {
        std::vector<std::uint8_t> bytes(64);
        std::copy(to.begin(), to.end(), bytes.begin());
        std::copy(from.begin(), from.end(), bytes.begin() + 6);
        if (vlan != 0) {
            core::store_be<std::uint16_t>(bytes.data() + 12, 0x8100);
            core::store_be(bytes.data() + 14, vlan);
        }
        return bytes;
    }
};

TEST_F(L2SwitchTest, UnicastGoesToThePoolsOfItsReceiveAddress) {
    EXPECT_EQ(l2.from_wire(frame(vf1_mac, stranger)).pools, 0b010U);
    EXPECT_EQ(l2.from_wire(frame(pf_mac, stranger)).pools, 0b100U);
    EXPECT_EQ(l2.from_wire(frame(stranger, vf0_mac)).pools, 0U) << "not promiscuous";
}

TEST_F(L2SwitchTest, PromiscuousUnicastGoesToTheDefaultPool) {
    registers.set(reg::FCTRL, FCTRL_BAM | FCTRL_UPE);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(stranger, vf0_mac)).pools, 0b100U);
    registers.set(reg::VT_CTL, VT_CTL_VT_ENA | VT_CTL_REPLEN | VT_CTL_DIS_DEFPL);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(stranger, vf0_mac)).pools, 0U);
}

TEST_F(L2SwitchTest, BroadcastIsReplicatedToPoolsThatAcceptIt) {
    registers.set(reg::VMOLR(1), VMOLR_AUPE);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(everyone, stranger)).pools, 0b101U);
    registers.set(reg::FCTRL, 0);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(everyone, stranger)).pools, 0U);
}

TEST_F(L2SwitchTest, WithoutReplicationOnePoolGetsIt) {
    registers.set(reg::VT_CTL, VT_CTL_VT_ENA);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(everyone, stranger)).pools, 0b001U);
}

TEST_F(L2SwitchTest, MulticastTableHashesTheBitsThatMcstctrlSelects) {
    EXPECT_EQ(l2.from_wire(frame(group, stranger)).pools, 0U);
    for (const unsigned offset : {0U, 1U, 2U, 3U}) {
        for (unsigned i = 0; i < 128; ++i) {
            registers.set(reg::MTA(i), 0);
        }
        // ixgbe_mta_vector of Linux, bytes 4 and 5 of the address
        const unsigned low = group[4];
        const unsigned high = group[5];
        const unsigned vectors[]{low >> 4U | high << 4U, low >> 3U | high << 5U, low >> 2U | high << 6U,
                                 low | high << 8U};
        const unsigned vector = vectors[offset] & 0xFFFU;
        registers.set(reg::MTA(vector / 32), 1U << vector % 32);
        registers.set(reg::MCSTCTRL, MCSTCTRL_MFE | offset);
        l2.load(registers);
        EXPECT_EQ(l2.from_wire(frame(group, stranger)).pools, 0b111U) << "MO " << offset;
    }
}

TEST_F(L2SwitchTest, LocalUnicastDoesNotLeave) {
    const Forwarding to = l2.from_pool(frame(vf1_mac, vf0_mac), 0);
    EXPECT_EQ(to.pools, 0b010U);
    EXPECT_FALSE(to.wire);
}

TEST_F(L2SwitchTest, UnknownUnicastLeavesAndNothingElse) {
    const Forwarding to = l2.from_pool(frame(stranger, vf0_mac), 0);
    EXPECT_EQ(to.pools, 0U);
    EXPECT_TRUE(to.wire);
}

TEST_F(L2SwitchTest, BroadcastLeavesAndReachesAllButTheSender) {
    const Forwarding to = l2.from_pool(frame(everyone, vf0_mac), 0);
    EXPECT_EQ(to.pools, 0b110U);
    EXPECT_TRUE(to.wire);
}

TEST_F(L2SwitchTest, WithoutLoopbackEverythingLeaves) {
    registers.set(reg::PFDTXGSWC, 0);
    l2.load(registers);
    const Forwarding to = l2.from_pool(frame(vf1_mac, vf0_mac), 0);
    EXPECT_EQ(to.pools, 0U);
    EXPECT_TRUE(to.wire);
}

TEST_F(L2SwitchTest, VlanFilterConfinesTaggedFrames) {
    registers.set(reg::VLNCTRL, VLNCTRL_VFE);
    registers.set(reg::VLVF(5), VLVF_VIEN | 100);
    registers.set(reg::VLVFB(10), 0b001);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(vf0_mac, stranger, 100)).pools, 0b001U);
    EXPECT_EQ(l2.from_wire(frame(vf1_mac, stranger, 100)).pools, 0U);
    EXPECT_EQ(l2.from_wire(frame(vf0_mac, stranger, 101)).pools, 0U);
}

TEST_F(L2SwitchTest, UntaggedFramesNeedAupe) {
    registers.set(reg::VMOLR(0), VMOLR_BAM);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(vf0_mac, stranger)).pools, 0U);
    EXPECT_EQ(l2.from_wire(frame(vf0_mac, stranger, 7)).pools, 1U) << "tagged, and no VLAN filter";
}

TEST_F(L2SwitchTest, AntiSpoofingRefusesForeignSourceAddresses) {
    EXPECT_FALSE(l2.spoofed(frame(stranger, vf1_mac), 0)) << "off";
    registers.set(reg::PFVFSPOOF(0), 0b01);
    l2.load(registers);
    EXPECT_TRUE(l2.spoofed(frame(stranger, vf1_mac), 0));
    EXPECT_FALSE(l2.spoofed(frame(stranger, vf0_mac), 0));
    EXPECT_FALSE(l2.spoofed(frame(stranger, vf0_mac), 1)) << "pool 1 is not checked";
}

TEST_F(L2SwitchTest, WithoutVirtualizationThereIsOnePool) {
    registers.set(reg::VT_CTL, 0);
    l2.load(registers);
    EXPECT_EQ(l2.from_wire(frame(vf1_mac, stranger)).pools, 1U);
    EXPECT_EQ(l2.from_wire(frame(everyone, stranger)).pools, 1U);
    EXPECT_EQ(l2.from_wire(frame(stranger, vf0_mac)).pools, 0U);
}

TEST_F(L2SwitchTest, AFrameWithoutHeaderGoesNowhere) {
    EXPECT_EQ(l2.from_wire(std::vector<std::uint8_t>(13, 0xFF)).pools, 0U);
    EXPECT_EQ(l2.from_wire({}).pools, 0U);
}

} // namespace
} // namespace rootpool::nic
