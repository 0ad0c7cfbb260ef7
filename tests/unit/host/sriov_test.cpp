#include "rootpool/host/sriov.h"

#include <gtest/gtest.h>

#include "rootpool/host/lspci_dump.h"
#include "rootpool/host/msi.h"
#include "rootpool/host/pci_function.h"
#include "tests/unit/host/config_tree.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {
namespace {

namespace r = pcie::registers;
using pcie::Bdf;

constexpr std::uint16_t sriov_at = 0x160;

class IgnoreFunctionEvents : public nic::FunctionEvents {
public:
    void on_function_level_reset(nic::FunctionNumber) override {}
    void on_vf_enable(bool, unsigned) override {}
    void on_control_changed(nic::FunctionNumber) override {}
};

/// A root port with an 82599 below it.
class Sriov : public ::testing::Test {
protected:
    void build(PortOptions options = {}) {
        options.type = pcie::PortType::root_port;
        root_ = &tree_.add(nullptr, 0x08);
        make_bridge(root_->space, options);
        root_->nic = &nic_;
        core_.enumerate();
        pf_ = core_.find(Bdf(1, 0, 0));
        ASSERT_NE(pf_, nullptr);
    }
    [[nodiscard]] std::uint16_t register16(std::uint16_t offset) {
        return static_cast<std::uint16_t>(tree_.read(pf_->bdf, static_cast<std::uint16_t>(sriov_at + offset), 2));
    }

    ConfigTree tree_;
    RecordingLog log_;
    FakeSleeper sleeper_;
    PciCore core_{tree_, log_, sleeper_, HostApertures{}};
    IgnoreFunctionEvents events_;
    nic::Functions nic_{nic::FunctionOptions{}, events_};
    ConfigTree::Function* root_ = nullptr;
    PciDevice* pf_ = nullptr;
};

TEST_F(Sriov, WithoutAriTheVfsTakeTheNextBus) {
    build();
    EXPECT_EQ(pf_->sriov.first_vf_offset, 384);
    EXPECT_EQ(pf_->parent->bridge.subordinate, 2) << "reserved at the scan";
    ASSERT_TRUE(sriov_enable(core_, *pf_, 4, true));
    ASSERT_EQ(pf_->virtual_functions.size(), 4U);
    EXPECT_EQ(pf_->virtual_functions[0]->bdf, Bdf(2, 0x10, 0));
    EXPECT_EQ(pf_->virtual_functions[3]->bdf, Bdf(2, 0x10, 6));
}

TEST_F(Sriov, WithAriTheVfsStayOnTheBus) {
    build({.ari = true});
    EXPECT_EQ(pf_->sriov.first_vf_offset, 128);
    EXPECT_EQ(pf_->parent->bridge.subordinate, 1);
    ASSERT_TRUE(sriov_enable(core_, *pf_, 63, false));
    EXPECT_EQ(pf_->virtual_functions[62]->bdf, Bdf::from_bus_devfn(1, 128 + 62 * 2));
}

TEST_F(Sriov, VfsGetTheirPartOfThePfsSpace) {
    build();
    EXPECT_TRUE(log_.has("VF(n) BAR0 space: [mem 0x00000000-0x000fffff 64bit pref] (contains BAR0 for 64 VFs)"));
    ASSERT_TRUE(pf_->sriov.bars[0].assigned);
    ASSERT_TRUE(sriov_enable(core_, *pf_, 2, true));
    const PciDevice& second = *pf_->virtual_functions[1];
    EXPECT_EQ(second.bars[0].address, pf_->sriov.bars[0].address + 16384);
    EXPECT_EQ(second.bars[3].address, pf_->sriov.bars[3].address + 16384);
    EXPECT_EQ(second.device, 0x10ED);
    EXPECT_EQ(second.vendor, 0x8086);
    EXPECT_NE(second.capability.msix, 0);
    EXPECT_TRUE(log_.has("pci 0000:02:10.2: [8086:10ed] type 00 class 0x020000"));
    const auto hit = nic_.decode(second.bars[3].address);
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->function, nic::function_of(pcie::VfIndex(1)));
}

TEST_F(Sriov, EnablesInTheOrderOfLinuxAndWaits100Milliseconds) {
    build();
    const SimTime before = sleeper_.now();
    ASSERT_TRUE(sriov_enable(core_, *pf_, 5, false));
    EXPECT_EQ(register16(r::sriov_num_vfs), 5);
    EXPECT_EQ(register16(r::sriov_control) & 0x9, 0x9) << "VF Enable and VF MSE";
    EXPECT_EQ(sleeper_.now() - before, SimTime(100ms));
}

TEST_F(Sriov, DisableTakesTheVfsAway) {
    build();
    ASSERT_TRUE(sriov_enable(core_, *pf_, 2, false));
    sriov_disable(core_, *pf_);
    EXPECT_TRUE(pf_->virtual_functions.empty());
    EXPECT_EQ(register16(r::sriov_control) & 0x9, 0);
    EXPECT_EQ(register16(r::sriov_num_vfs), 0);
    EXPECT_TRUE(sriov_enable(core_, *pf_, 3, false));
}

TEST_F(Sriov, RefusesZeroTooManyAndTwice) {
    build();
    pf_->sriov.driver_max_vfs = 63;
    EXPECT_FALSE(sriov_enable(core_, *pf_, 0, false));
    EXPECT_FALSE(sriov_enable(core_, *pf_, 64, false));
    EXPECT_TRUE(sriov_enable(core_, *pf_, 63, false));
    EXPECT_FALSE(sriov_enable(core_, *pf_, 1, false));
    EXPECT_TRUE(log_.has("63 VFs already enabled. Disable before enabling 1 VFs"));
}

TEST_F(Sriov, RefusesVfsOnABusThatTheBridgeDoesNotHave) {
    build();
    pf_->parent->bridge.subordinate = 1;
    EXPECT_FALSE(sriov_enable(core_, *pf_, 1, false));
    EXPECT_TRUE(log_.has("can't enable 1 VFs (bus 02 out of range of [bus 01-01])"));
    EXPECT_EQ(register16(r::sriov_num_vfs), 0);
}

TEST_F(Sriov, RefusesWithoutAddressesForTheVfs) {
    build();
    pf_->sriov.bars[0].assigned = false;
    EXPECT_FALSE(sriov_enable(core_, *pf_, 1, false));
    EXPECT_TRUE(log_.has("not enough MMIO resources for SR-IOV"));
}

TEST_F(Sriov, RefusesAFunctionWithoutTheCapability) {
    build();
    EXPECT_FALSE(sriov_enable(core_, *pf_->parent, 1, false));
}

TEST_F(Sriov, LspciDumpHoldsAll4096BytesOfEveryFunctionWithTheVfsRawIdentity) {
    build();
    ASSERT_TRUE(sriov_enable(core_, *pf_, 1, true));
    const unsigned before = tree_.reads;
    const std::string text = lspci_dump(core_);
    EXPECT_EQ(tree_.reads - before, 3U * 1024U);
    EXPECT_NE(text.find("00:01.0 PCI bridge: Intel Corporation Device 0151\n00: 86 80 51 01"), std::string::npos);
    EXPECT_NE(
        text.find(
            "01:00.0 Ethernet controller: Intel Corporation 82599ES 10-Gigabit SFI/SFP+ Network Connection (rev 01)"
            "\n00: 86 80 fb 10"),
        std::string::npos);
    EXPECT_NE(
        text.find("02:10.0 Ethernet controller: Intel Corporation 82599 Ethernet Controller Virtual Function (rev 01)"
                  "\n00: ff ff ff ff"),
        std::string::npos);
    EXPECT_NE(text.find("\nff0:"), std::string::npos);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3 * (1 + 256 + 1));
}

// --- impossible SR-IOV capabilities

class HostileSriov : public ::testing::Test {
protected:
    PciDevice& enumerate(const pcie::SingleRootIov& sriov) {
        auto& root = tree_.add(nullptr, 0x08);
        make_bridge(root.space, {.type = pcie::PortType::root_port});
        make_endpoint(tree_.add(&root, 0).space, 0x6666).single_root_iov(0x100, sriov);
        core_.enumerate();
        return *core_.find(Bdf(1, 0, 0));
    }
    ConfigTree tree_;
    RecordingLog log_;
    FakeSleeper sleeper_;
    PciCore core_{tree_, log_, sleeper_, HostApertures{}};
};

TEST_F(HostileSriov, RoutingIdsBeyondTheLastBusDisableTheCapability) {
    PciDevice& pf = enumerate({.total_vfs = 60'000, .first_vf_offset = 60'000, .vf_stride = 60'000, .vf_device = 1});
    EXPECT_EQ(pf.capability.sriov, 0);
    EXPECT_TRUE(log_.has("are impossible, capability ignored"));
    EXPECT_FALSE(sriov_enable(core_, pf, 1, false));
}

TEST_F(HostileSriov, VfsOnTopOfEachOtherDisableTheCapability) {
    EXPECT_EQ(enumerate({.total_vfs = 8, .first_vf_offset = 1, .vf_stride = 0, .vf_device = 1}).capability.sriov, 0);
}

TEST_F(HostileSriov, VfSpaceLargerThanAddressSpaceIsLeftOut) {
    const PciDevice& pf =
        enumerate({.total_vfs = 8,
                   .first_vf_offset = 1,
                   .vf_stride = 1,
                   .vf_device = 1,
                   .vf_bars = {{.index = 0, .bytes = 1ULL << 62U, .bits_64 = true, .prefetchable = true}}});
    EXPECT_EQ(pf.sriov.bars[0].size, 0U);
    EXPECT_TRUE(log_.has("cannot exist"));
}

// --- MSI and MSI-X

TEST_F(Sriov, MsixTableIsWrittenThroughTheBarThatTheCapabilityNames) {
    build();
    ScriptedMmio mmio;
    MsixTable table(core_, mmio, *pf_);
    ASSERT_TRUE(table.usable());
    EXPECT_EQ(table.size(), 64U);
    EXPECT_TRUE(table.program(2, {0x1'FEE0'1000, 0x41}));
    const std::uint64_t entry = pf_->bars[4].address + 32;
    EXPECT_EQ(mmio.words[entry], 0xFEE0'1000U);
    EXPECT_EQ(mmio.words[entry + 4], 1U);
    EXPECT_EQ(mmio.words[entry + 8], 0x41U);
    EXPECT_EQ(mmio.writes.back(), (ScriptedMmio::Write{entry + 12, 0}));
    EXPECT_FALSE(table.program(64, {}));
}

TEST_F(Sriov, MsixEnableMasksTheFunctionUntilTheTableIsWritten) {
    build();
    ScriptedMmio mmio;
    MsixTable table(core_, mmio, *pf_);
    table.enable_masked();
    EXPECT_EQ(tree_.read(pf_->bdf, 0x72, 2) & 0xC000, 0xC000U);
    table.unmask_all();
    EXPECT_EQ(tree_.read(pf_->bdf, 0x72, 2) & 0xC000, 0x8000U);
    table.disable();
    EXPECT_EQ(tree_.read(pf_->bdf, 0x72, 2) & 0xC000, 0U);
}

TEST_F(Sriov, MsixTableOutsideItsBarIsRefused) {
    build();
    pf_->bars[4].size = 512;
    ScriptedMmio mmio;
    MsixTable table(core_, mmio, *pf_);
    EXPECT_FALSE(table.usable());
    EXPECT_FALSE(table.program(0, {}));
    EXPECT_TRUE(mmio.writes.empty());
    EXPECT_TRUE(log_.has("MSI-X table of 64 entries at BAR 4"));
}

TEST_F(Sriov, MsiWritesAddressDataAndEnable) {
    build();
    EXPECT_TRUE(enable_msi(core_, *pf_, {0x1'FEE0'0000, 0x33}));
    EXPECT_EQ(tree_.read(pf_->bdf, 0x54, 4), 0xFEE0'0000U);
    EXPECT_EQ(tree_.read(pf_->bdf, 0x58, 4), 1U);
    EXPECT_EQ(tree_.read(pf_->bdf, 0x5C, 2), 0x33U);
    EXPECT_EQ(tree_.read(pf_->bdf, 0x52, 2) & 1, 1U);
    EXPECT_FALSE(enable_msi(core_, *pf_->parent, {})) << "this port has no MSI capability";
}

} // namespace
} // namespace rootpool::host::test
