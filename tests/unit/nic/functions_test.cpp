#include "rootpool/nic/functions.h"

#include <array>
#include <gmock/gmock.h>

namespace rootpool::nic {
namespace {

using pcie::Bdf;
using testing::NiceMock;

constexpr std::uint16_t sriov = 0x160;
constexpr std::uint16_t device_control = 0xA8;

class MockEvents : public FunctionEvents {
public:
    MOCK_METHOD(void, on_function_level_reset, (FunctionNumber), (override));
    MOCK_METHOD(void, on_vf_enable, (bool, unsigned), (override));
    MOCK_METHOD(void, on_control_changed, (FunctionNumber), (override));
};

constexpr FunctionNumber vf(unsigned index) { return function_of(pcie::VfIndex(static_cast<std::uint16_t>(index))); }

class FunctionsTest : public testing::Test {
protected:
    static constexpr Bdf pf_id{3, 0, 0};
    NiceMock<MockEvents> events;
    FunctionOptions options;
    Functions functions{options, events};

    void write(std::uint16_t offset, std::uint32_t value, FunctionNumber function = physical_function) {
        functions.write(function, is_virtual(function) ? functions.routing_id(function) : pf_id, offset, value, 0xF);
    }
    void enable_vfs(unsigned count, bool ari) {
        write(sriov + 0x08, ari ? 0x10 : 0);
        write(sriov + 0x10, count);
        write(sriov + 0x24, 0xD000'0000);
        write(sriov + 0x30, 0xD010'0000);
        write(sriov + 0x08, ari ? 0x19 : 0x09);
    }
};

/// First 256 bytes of a real card (lspci -x, vendor's subsystem and BAR values as read there).
constexpr std::array<std::uint8_t, 256> real_card = [] {
    std::array<std::uint8_t, 256> bytes{};
    const auto put = [&bytes](std::size_t at, std::initializer_list<std::uint8_t> values) {
        for (const std::uint8_t value : values) {
            bytes[at++] = value;
        }
    };
    put(0x00, {0x86, 0x80, 0xfb, 0x10, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00, 0x00, 0x02});
    put(0x10, {0x0c, 0, 0, 0, 0, 0, 0, 0, 0x01});
    put(0x20, {0x0c});
    put(0x34, {0x40});
    put(0x3C, {0x00, 0x01});
    put(0x40, {0x01, 0x50, 0x23, 0x48, 0x00, 0x20});
    put(0x50, {0x05, 0x70, 0x80, 0x01});
    put(0x70, {0x11, 0xa0, 0x3f, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x20});
    put(0xA0, {0x10, 0xe0, 0x02, 0x00, 0xc2, 0x8c, 0x00, 0x10, 0x10, 0x28, 0x00, 0x00, 0x82, 0x34, 0x02});
    put(0xB2, {0x82, 0x10}); // 5 GT/s x8 here; the card had trained to 2.5 GT/s x2
    put(0xC4, {0x1f});
    put(0xD0, {0x02});
    put(0xE0, {0x03});
    return bytes;
}();

TEST_F(FunctionsTest, PfReadsAsARealCard) {
    for (unsigned offset = 0; offset < real_card.size(); ++offset) {
        if (offset < 0x2C || offset > 0x2F) { // subsystem
            EXPECT_EQ(functions.space(physical_function).get8(static_cast<std::uint16_t>(offset)), real_card[offset])
                << std::hex << offset;
        }
    }
}

TEST_F(FunctionsTest, PfExtendedChainIsAerSerialNumberAriSriov) {
    const auto header = [this](std::uint16_t at) { return functions.read(physical_function, at); };
    EXPECT_EQ(header(0x100), 0x1401'0001U);
    EXPECT_EQ(header(0x140), 0x1501'0003U);
    EXPECT_EQ(header(0x150), 0x1601'000EU);
    EXPECT_EQ(header(0x160), 0x0001'0010U);
    EXPECT_EQ(header(sriov + 0x0C), 0x0040'0040U) << "InitialVFs and TotalVFs 64";
    EXPECT_EQ(header(sriov + 0x18) >> 16U, 0x10EDU);
    EXPECT_EQ(header(sriov + 0x1C), 0x553U);
}

TEST_F(FunctionsTest, StrapMakesBarsNonPrefetchableAndDropsVpd) {
    FunctionOptions other;
    other.prefetchable_bars = false;
    other.vital_product_data = false;
    const Functions strapped(other, events);
    EXPECT_EQ(strapped.read(physical_function, 0x10), 0x4U);
    EXPECT_EQ(strapped.read(physical_function, sriov + 0x24), 0x4U);
    EXPECT_EQ(strapped.read(physical_function, 0xA0) >> 8U & 0xFFU, 0U)
        << "the chain ends at the PCI Express capability";
}

TEST_F(FunctionsTest, RefusesAnImpossibleBarSize) {
    FunctionOptions wrong;
    wrong.bar0_bytes = 64 * 1024;
    EXPECT_THROW(Functions(wrong, events), std::invalid_argument);
    wrong.bar0_bytes = 384 * 1024;
    EXPECT_THROW(Functions(wrong, events), std::invalid_argument);
}

TEST_F(FunctionsTest, BarSizesAreWhatSizingFinds) {
    write(0x10, 0xFFFF'FFFF);
    EXPECT_EQ(functions.read(physical_function, 0x10), 0xFFF8'000CU) << "512 KiB";
    write(0x20, 0xFFFF'FFFF);
    EXPECT_EQ(functions.read(physical_function, 0x20), 0xFFFF'C00CU) << "16 KiB";
    write(sriov + 0x24, 0xFFFF'FFFF);
    EXPECT_EQ(functions.read(physical_function, sriov + 0x24), 0xFFFF'C00CU) << "16 KiB per VF";
    write(sriov + 0x20, 0x10); // system page size 64 KiB
    write(sriov + 0x24, 0xFFFF'FFFF);
    EXPECT_EQ(functions.read(physical_function, sriov + 0x24), 0xFFFF'000CU) << "a VF takes at least one page";
}

TEST_F(FunctionsTest, CapturesBusNumberFromEveryConfigurationWrite) {
    EXPECT_EQ(functions.routing_id(physical_function), Bdf(0));
    write(0x04, 0);
    EXPECT_EQ(functions.routing_id(physical_function), pf_id);
    functions.write(physical_function, Bdf(9, 0, 0), 0x04, 0, 0xF);
    EXPECT_EQ(functions.routing_id(physical_function), Bdf(9, 0, 0));
}

TEST_F(FunctionsTest, FirstVfOffsetFollowsAriCapableHierarchy) {
    EXPECT_EQ(functions.read(physical_function, sriov + 0x14), 0x0002'0180U) << "stride 2, offset 384";
    write(sriov + 0x08, 0x10);
    EXPECT_EQ(functions.read(physical_function, sriov + 0x14), 0x0002'0080U);
}

TEST_F(FunctionsTest, VfRoutingIdsAreThoseOfSriov9_2_1_2) {
    enable_vfs(8, true);
    EXPECT_EQ(functions.routing_id(vf(0)), Bdf(3, 0x10, 0));
    EXPECT_EQ(functions.routing_id(vf(4)), Bdf(3, 0x11, 0));
    EXPECT_EQ(functions.at(Bdf(3, 0x11, 0)), vf(4));
    EXPECT_EQ(functions.at(Bdf(3, 0x10, 1)), std::nullopt) << "between two VFs";
    EXPECT_EQ(functions.at(Bdf(3, 0x12, 0)), std::nullopt) << "VF 8 of 8";
}

TEST_F(FunctionsTest, WithoutAriVfsLieOnTheNextBus) {
    enable_vfs(2, false);
    EXPECT_EQ(functions.routing_id(vf(0)), Bdf(4, 0x10, 0));
    EXPECT_EQ(functions.at(Bdf(4, 0x10, 2)), vf(1));
}

TEST_F(FunctionsTest, VfsExistOnlyWhileEnabled) {
    EXPECT_EQ(functions.at(Bdf(3, 0x10, 0)), std::nullopt);
    EXPECT_CALL(events, on_vf_enable(true, 4));
    enable_vfs(4, true);
    EXPECT_TRUE(functions.exists(vf(3)));
    EXPECT_CALL(events, on_vf_enable(false, 4));
    write(sriov + 0x08, 0x10);
    EXPECT_FALSE(functions.exists(vf(0)));
    EXPECT_EQ(functions.at(Bdf(3, 0x10, 0)), std::nullopt);
}

TEST_F(FunctionsTest, NumVfsIsBoundedByTotalVfs) {
    enable_vfs(0xFFFF, true);
    EXPECT_EQ(functions.active_vfs(), vf_count);
    EXPECT_EQ(functions.read(physical_function, sriov + 0x10) & 0xFFFFU, vf_count);
}

TEST_F(FunctionsTest, NumVfsAndAriAreFixedWhileVfsAreEnabled) {
    enable_vfs(4, true);
    write(sriov + 0x10, 9);
    EXPECT_EQ(functions.read(physical_function, sriov + 0x10) & 0xFFFFU, 4U);
    EXPECT_EQ(functions.active_vfs(), 4U);
    write(sriov + 0x08, 0x09); // still enabled, ARI bit taken away
    EXPECT_EQ(functions.read(physical_function, sriov + 0x14) & 0xFFFFU, 128U);
}

TEST_F(FunctionsTest, VfHasNoVendorIdNoBarsAndNoMemoryEnable) {
    enable_vfs(1, true);
    EXPECT_EQ(functions.read(vf(0), 0x00), 0xFFFF'FFFFU);
    EXPECT_EQ(functions.read(vf(0), 0x08), 0x0200'0001U);
    write(0x10, 0xFFFF'FFFF, vf(0));
    EXPECT_EQ(functions.read(vf(0), 0x10), 0U);
    write(0x04, 0xFFFF, vf(0));
    EXPECT_EQ(functions.read(vf(0), 0x04) & 0xFFFFU, 0x4U) << "bus master only";
    EXPECT_EQ(functions.read(vf(0), 0x70), 0x0002'A011U) << "3 MSI-X vectors";
    EXPECT_EQ(functions.read(vf(0), 0x74), 0x3U);
    EXPECT_EQ(functions.read(vf(0), 0x78), 0x2003U);
}

TEST_F(FunctionsTest, Erratum35MakesExpressCapabilitiesOfVfsReadZero) {
    enable_vfs(1, true);
    for (const std::uint16_t offset : std::array<std::uint16_t, 3>{0xA4, 0xAC, 0xC4}) {
        EXPECT_EQ(functions.read(vf(0), offset), 0U);
    }
    EXPECT_EQ(functions.read(vf(0), 0xA0) >> 16U & 0xFU, 0U) << "version";
    FunctionOptions fixed;
    fixed.erratum_35 = false;
    const Functions other(fixed, events);
    EXPECT_EQ(other.read(vf(0), 0xA4), 0x1000'8CC2U);
    EXPECT_EQ(other.read(vf(0), 0xA0) >> 16U & 0xFU, 2U);
}

TEST_F(FunctionsTest, Erratum36GivesAWrongFunctionInCompleterIds) {
    enable_vfs(2, true);
    EXPECT_EQ(functions.configuration_completer(physical_function), pf_id);
    EXPECT_NE(functions.configuration_completer(vf(1)), functions.routing_id(vf(1)));
    EXPECT_EQ(functions.configuration_completer(vf(1)).bus(), 3);
    FunctionOptions fixed;
    fixed.erratum_36 = false;
    Functions other(fixed, events);
    EXPECT_EQ(other.configuration_completer(vf(1)), other.routing_id(vf(1)));
}

TEST_F(FunctionsTest, DecodesMemoryOnlyBehindItsEnable) {
    write(0x10, 0xC000'0000);
    write(0x20, 0xC010'0000);
    EXPECT_FALSE(functions.decode(0xC000'0000).has_value());
    write(0x04, 0x2);
    const auto hit = functions.decode(0xC010'2004);
    ASSERT_TRUE(hit.has_value());
    EXPECT_EQ(hit->bar, 4);
    EXPECT_EQ(hit->offset, 0x2004U);
    EXPECT_FALSE(functions.decode(0xC008'0000).has_value()) << "behind 512 KiB";
}

TEST_F(FunctionsTest, DecodesVfBarsOfExistingVfsOnly) {
    enable_vfs(3, true);
    const auto hit = functions.decode(0xD010'0000 + 2 * 0x4000 + 0x10);
    ASSERT_TRUE(hit.has_value());
    EXPECT_EQ(hit->function, vf(2));
    EXPECT_EQ(hit->bar, 3);
    EXPECT_EQ(hit->offset, 0x10U);
    EXPECT_FALSE(functions.decode(0xD010'0000 + 3 * 0x4000).has_value()) << "VF 3 of 3";
    write(sriov + 0x08, 0x11); // VF MSE off
    EXPECT_FALSE(functions.decode(0xD010'0000).has_value());
}

TEST_F(FunctionsTest, BusMasterNeedsD0AndTheFunction) {
    EXPECT_FALSE(functions.bus_master(physical_function));
    write(0x04, 0x4);
    EXPECT_TRUE(functions.bus_master(physical_function));
    EXPECT_FALSE(functions.bus_master(vf(0))) << "does not exist";
    write(0x44, 0x3); // D3hot
    EXPECT_FALSE(functions.bus_master(physical_function));
    EXPECT_CALL(events, on_function_level_reset(physical_function));
    write(0x44, 0x0);
    EXPECT_FALSE(functions.bus_master(physical_function)) << "No_Soft_Reset is 0: back from D3hot means reset";
}

TEST_F(FunctionsTest, FlrOfAVfTouchesThatVfOnly) {
    enable_vfs(2, true);
    write(0x04, 0x4, vf(0));
    write(0x04, 0x4, vf(1));
    EXPECT_CALL(events, on_function_level_reset(vf(0)));
    write(device_control, 0x8000, vf(0));
    EXPECT_FALSE(functions.bus_master(vf(0)));
    EXPECT_TRUE(functions.bus_master(vf(1)));
    EXPECT_EQ(functions.read(vf(0), device_control) & 0x8000U, 0U) << "reads 0";
}

TEST_F(FunctionsTest, FlrOfThePfMakesVfsVanishAndKeepsMaximumPayload) {
    enable_vfs(2, true);
    write(device_control, 0x2830); // MPS 256
    EXPECT_CALL(events, on_vf_enable(false, 2));
    EXPECT_CALL(events, on_function_level_reset(physical_function));
    write(device_control, 0xA830);
    EXPECT_FALSE(functions.vf_enabled());
    EXPECT_EQ(functions.max_payload(), 256U);
}

TEST_F(FunctionsTest, PayloadAndReadRequestSizesAreBounded) {
    write(device_control, 0x70E0); // reserved codes 7
    EXPECT_EQ(functions.max_payload(), 512U);
    EXPECT_EQ(functions.max_read_request(), 4096U);
}

TEST_F(FunctionsTest, MsixControlIsPerFunction) {
    enable_vfs(2, true);
    write(0x70, 0xC000'0000, vf(1));
    EXPECT_TRUE(functions.msix_enabled(vf(1)));
    EXPECT_TRUE(functions.msix_function_masked(vf(1)));
    EXPECT_FALSE(functions.msix_enabled(vf(0)));
}

} // namespace
} // namespace rootpool::nic
