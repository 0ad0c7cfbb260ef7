#include "rootpool/host/dma_probe_driver.h"

#include <gtest/gtest.h>
#include <optional>

#include "tests/unit/host/config_tree.h"
#include "tests/unit/host/fake_kernel.h"

namespace rootpool::host::test {
namespace {

constexpr unsigned payload_of_256 = 1U << 5U;

class DmaProbeDriverTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto& port = tree_.add(nullptr, 0x08);
        make_bridge(port.space, {.type = pcie::PortType::root_port});
        probe_ = &tree_.add(&port, 0);
        pcie::ConfigSpaceBuilder(probe_->space)
            .type_0_header({.vendor = 0x10EE, .device = 0x7028, .class_code = 0x058000})
            .express(express,
                     {.device_capabilities = 0x8000U | pcie::registers::device_capabilities_extended_tag | 1U});
        core_.enumerate();
        ASSERT_TRUE(driver().probe());
    }
    /// Of this test's life; made on first use.
    DmaProbeDriver& driver() {
        if (!driver_) {
            driver_.emplace(core_, *core_.find(pcie::Bdf(1, 0, 0)));
        }
        return *driver_;
    }
    [[nodiscard]] unsigned command() const { return probe_->space.get16(pcie::registers::command); }
    [[nodiscard]] unsigned control() const { return probe_->space.get16(express + pcie::registers::device_control); }

    static constexpr std::uint16_t express = 0x60;
    ConfigTree tree_;
    RecordingLog log_;
    FakeSleeper sleeper_;
    PciCore core_{tree_, log_, sleeper_, HostApertures{}};
    ConfigTree::Function* probe_ = nullptr;
    std::optional<DmaProbeDriver> driver_;
};

TEST_F(DmaProbeDriverTest, EnablesBusMasteringAndExtendedTags) {
    EXPECT_NE(command() & pcie::registers::command_bus_master, 0U);
    EXPECT_NE(control() & pcie::registers::device_control_extended_tag, 0U);
}

TEST_F(DmaProbeDriverTest, RestoresWhatEnumerationAndItselfHadSet) {
    const unsigned before = control();
    EXPECT_EQ(before & 0xE0U, payload_of_256);
    probe_->space.hot_reset();
    ASSERT_NE(control(), before);
    EXPECT_TRUE(driver().restore());
    EXPECT_EQ(control(), before);
    EXPECT_NE(command() & pcie::registers::command_bus_master, 0U);
    EXPECT_TRUE(log_.has("pci 0000:01:00.0: lost its configuration, which is written again"));
}

TEST_F(DmaProbeDriverTest, WritesNothingThatIsStillThere) {
    EXPECT_TRUE(driver().restore());
    EXPECT_FALSE(log_.has("pci 0000:01:00.0: lost its configuration, which is written again"));
}

TEST_F(DmaProbeDriverTest, DoesNotRestoreWhatDoesNotAnswer) {
    probe_->space.set16(pcie::registers::vendor_id, 0xFFFF);
    EXPECT_FALSE(driver().restore());
}

} // namespace
} // namespace rootpool::host::test
