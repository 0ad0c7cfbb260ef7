#include "rootpool/pcie/capabilities.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "rootpool/pcie/config_registers.h"

namespace rootpool::pcie {
namespace {

/// Offsets by ID, as software walks the chain at 34h. Stops at a loop.
std::map<unsigned, unsigned> capabilities(const ConfigSpace& space) {
    std::map<unsigned, unsigned> found;
    unsigned at = space.get8(0x34);
    for (int steps = 0; at != 0 && steps < 48; ++steps) {
        found[space.get8(static_cast<std::uint16_t>(at))] = at;
        at = space.get8(static_cast<std::uint16_t>(at + 1));
    }
    return found;
}

std::map<unsigned, unsigned> extended_capabilities(const ConfigSpace& space) {
    std::map<unsigned, unsigned> found;
    unsigned at = 0x100;
    for (int steps = 0; at != 0 && steps < 64; ++steps) {
        const std::uint32_t header = space.get32(static_cast<std::uint16_t>(at));
        found[header & 0xFFFFU] = at;
        at = header >> 20U;
    }
    return found;
}

std::uint64_t size_of_64_bit_bar(ConfigSpace& space, std::uint16_t offset) {
    space.write(offset, 0xFFFF'FFFF, 0xF);
    space.write(static_cast<std::uint16_t>(offset + 4), 0xFFFF'FFFF, 0xF);
    const std::uint64_t value = static_cast<std::uint64_t>(space.read(static_cast<std::uint16_t>(offset + 4))) << 32U |
                                (space.read(offset) & ~0xFU);
    return ~value + 1;
}

/// The physical function of an Intel 82599 as real ones show it.
ConfigSpace physical_function() {
    ConfigSpace space;
    ConfigSpaceBuilder(space)
        .type_0_header({.vendor = 0x8086,
                        .device = 0x10FB,
                        .class_code = 0x020000,
                        .revision = 1,
                        .subsystem_vendor = 0x8086,
                        .subsystem = 0x000C,
                        .multi_function = true,
                        .interrupt_pin = 1})
        .bar({.index = 0, .bytes = 0x8'0000, .bits_64 = true, .prefetchable = true})
        .bar({.index = 2, .bytes = 32, .io = true})
        .bar({.index = 4, .bytes = 0x4000, .bits_64 = true, .prefetchable = true})
        .power_management(0x40, {.capabilities = 0x4823, .control = 0x2000})
        .msi(0x50, true)
        .msix(0x70, {.vectors = 64, .table_bar = 4, .pending_bar = 4, .pending_offset = 0x2000})
        .express(0xA0, {.device_capabilities = 0x1000'8CC2,
                        .link_capabilities = 0x0002'3482,
                        .link_status = 0x1082,
                        .device_capabilities_2 = 0x1F,
                        .link_control_2 = 2})
        .advanced_error_reporting(0x100, {.ecrc = true})
        .serial_number(0x140, 0x001B'21FF'FF53'1E70)
        .alternative_routing_id(0x150, 1)
        .single_root_iov(0x160, {.total_vfs = 64,
                                 .first_vf_offset = 384,
                                 .vf_stride = 2,
                                 .vf_device = 0x10ED,
                                 .vf_bars = {{.index = 0, .bytes = 0x4000, .bits_64 = true},
                                             {.index = 3, .bytes = 0x4000, .bits_64 = true}}});
    return space;
}

TEST(Capabilities, ChainsLeadToEveryCapability) {
    const ConfigSpace space = physical_function();
    EXPECT_EQ(capabilities(space),
              (std::map<unsigned, unsigned>{{0x01, 0x40}, {0x05, 0x50}, {0x11, 0x70}, {0x10, 0xA0}}));
    EXPECT_EQ(extended_capabilities(space),
              (std::map<unsigned, unsigned>{{0x01, 0x100}, {0x03, 0x140}, {0x0E, 0x150}, {0x10, 0x160}}));
    EXPECT_NE(space.get16(registers::status) & registers::status_capability_list, 0);
}

TEST(Capabilities, EqualTheBytesOfARealDevice) {
    const ConfigSpace space = physical_function();
    // linux-pci, 28 April 2021: first 256 bytes of an 82599; without what firmware wrote and without its VPD
    // capability.
    EXPECT_EQ(space.get32(0x00), 0x10FB'8086U);
    EXPECT_EQ(space.get16(0x06), 0x0010);
    EXPECT_EQ(space.get32(0x08), 0x0200'0001U);
    EXPECT_EQ(space.get8(0x0E), 0x80);
    EXPECT_EQ(space.get32(0x10), 0x0000'000CU);
    EXPECT_EQ(space.get32(0x18), 0x0000'0001U);
    EXPECT_EQ(space.get32(0x20), 0x0000'000CU);
    EXPECT_EQ(space.get32(0x40), 0x4823'5001U);
    EXPECT_EQ(space.get32(0x44), 0x0000'2000U);
    EXPECT_EQ(space.get32(0x50), 0x0180'7005U);
    EXPECT_EQ(space.get32(0x70), 0x003F'A011U);
    EXPECT_EQ(space.get32(0x74), 0x0000'0004U);
    EXPECT_EQ(space.get32(0x78), 0x0000'2004U);
    EXPECT_EQ(space.get32(0xA0), 0x0002'0010U);
    EXPECT_EQ(space.get32(0xA4), 0x1000'8CC2U);
    EXPECT_EQ(space.get16(0xA8), 0x2810);
    EXPECT_EQ(space.get32(0xAC), 0x0002'3482U);
    EXPECT_EQ(space.get32(0xC4), 0x0000'001FU);
    EXPECT_EQ(space.get32(0xD0), 0x0000'0002U);
}

TEST(Capabilities, BarsAreSizedByWritingOnes) {
    ConfigSpace space = physical_function();
    EXPECT_EQ(size_of_64_bit_bar(space, 0x10), 512U * 1024U);
    EXPECT_EQ(size_of_64_bit_bar(space, 0x20), 16U * 1024U);
    space.write(0x18, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(space.read(0x18), 0xFFFF'FFE1U) << "32 bytes of I/O space";
    EXPECT_EQ(size_of_64_bit_bar(space, 0x184), 16U * 1024U) << "a VF BAR sizes to one VF";
    EXPECT_EQ(size_of_64_bit_bar(space, 0x190), 16U * 1024U);
    space.write(0x30, 0xFFFF'F801, 0xF);
    EXPECT_EQ(space.read(0x30), 0U) << "no expansion ROM";
}

TEST(Capabilities, BarsKeepAnAddressAndTheirTypeBits) {
    ConfigSpace space = physical_function();
    space.write(0x10, 0xF638'1234, 0xF);
    space.write(0x14, 0x0000'0021, 0xF);
    EXPECT_EQ(space.read(0x10), 0xF638'000CU);
    EXPECT_EQ(space.read(0x14), 0x21U);
}

TEST(Capabilities, FunctionLevelResetKeepsPayloadSizeAndErrorLog) {
    ConfigSpace space = physical_function();
    space.write(0x04, 0x0406, 0x3);
    space.write(0xA8, 0x5850, 0x3); // MPS 512, MRRS 4096
    space.set32(0x104, 0x0010'0000);
    space.function_level_reset();
    EXPECT_EQ(space.get16(0x04), 0);
    EXPECT_EQ(space.get16(0xA8), 0x2850) << "MPS kept, MRRS reset";
    EXPECT_EQ(space.get32(0x104), 0x0010'0000U) << "sticky";
}

TEST(Capabilities, InitiateFunctionLevelResetReads0ButIsSeenByTheOwner) {
    ConfigSpace space = physical_function();
    std::uint32_t written = 0;
    space.on_write([&written](const ConfigSpace::Write& write) { written = write.written; });
    space.write(0xA8, 0xA810, 0x3);
    EXPECT_EQ(space.get16(0xA8), 0x2810);
    EXPECT_EQ(written & registers::device_control_flr, registers::device_control_flr);
}

TEST(Capabilities, ErrorStatusIsClearedByWritingOnes) {
    ConfigSpace space = physical_function();
    space.set32(0x104, 0x0010'0010);
    space.write(0x104, 0x0010'0000, 0xF);
    EXPECT_EQ(space.get32(0x104), 0x0000'0010U);
}

TEST(Capabilities, AriHierarchyIsWritableInTheLowestFunctionOnly) {
    ConfigSpace first = physical_function();
    first.write(0x168, 0xFFFF, 0x3);
    EXPECT_EQ(first.get16(0x168), 0x0019) << "VF Enable, VF MSE, ARI Capable Hierarchy";
    ConfigSpace second;
    ConfigSpaceBuilder(second).advanced_error_reporting(0x100, {}).single_root_iov(0x160,
                                                                                   {.ari_control_writable = false});
    second.write(0x168, 0xFFFF, 0x3);
    EXPECT_EQ(second.get16(0x168), 0x0009);
}

TEST(Capabilities, SystemPageSizeTakesSupportedSizesOnly) {
    ConfigSpace space = physical_function();
    space.write(0x180, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(space.get32(0x180), 0x553U);
}

TEST(Capabilities, SlotRegistersAreThoseOfADownstreamPortWithASlot) {
    ConfigSpace space;
    ConfigSpaceBuilder(space)
        .type_1_header({.vendor = 0x10EE, .device = 0x8088, .class_code = 0x060400})
        .express(0x80, {.type = PortType::downstream_port,
                        .slot_implemented = true,
                        .link_capabilities = registers::link_capabilities_active_reporting,
                        .slot_capabilities = 0x0010'005B});
    EXPECT_EQ(space.get16(0x82), 0x0162);
    space.set16(0x9A, 0x0149);
    space.write(0x98, 0x0109'1401, 0xF);
    EXPECT_EQ(space.get16(0x98), 0x1401) << "power off, DLLSC and attention button enabled";
    EXPECT_EQ(space.get16(0x9A), 0x0040) << "presence stays, events are cleared";
    space.write(0x04, 0xFFFF, 0x3);
    EXPECT_EQ(space.get16(0x04), 0x0547);
}

TEST(Capabilities, AccessControlOffersWhatIsSupported) {
    ConfigSpace space;
    ConfigSpaceBuilder(space).access_control(0x100, 0x001D);
    EXPECT_EQ(space.get32(0x100), 0x0001'000DU);
    space.write(0x104, 0xFFFF'FFFF, 0xF);
    EXPECT_EQ(space.get32(0x104), 0x001D'001DU);
}

TEST(Capabilities, ImpossibleLayoutsAreRefused) {
    const auto refused = [](auto&& build) {
        ConfigSpace space;
        ConfigSpaceBuilder builder(space);
        builder.type_0_header({});
        EXPECT_THROW(build(builder), std::invalid_argument);
    };
    refused([](ConfigSpaceBuilder& b) { b.msi(0x50, true).msix(0x64, {}); });             // overlap
    refused([](ConfigSpaceBuilder& b) { b.msi(0x50, true).power_management(0x50, {}); }); // same place
    refused([](ConfigSpaceBuilder& b) { b.power_management(0x38, {}); });                 // in the header
    refused([](ConfigSpaceBuilder& b) { b.power_management(0x41, {}); });                 // not aligned
    refused([](ConfigSpaceBuilder& b) { b.express(0xD0, {}); });                          // over the end of 256 bytes
    refused([](ConfigSpaceBuilder& b) { b.serial_number(0x140, 1); });                    // first must be at 100h
    refused([](ConfigSpaceBuilder& b) { b.serial_number(0xF0, 1); });                     // not extended space
    refused([](ConfigSpaceBuilder& b) { b.advanced_error_reporting(0x100, {}).serial_number(0xFFC, 1); });
    refused([](ConfigSpaceBuilder& b) { b.bar({.index = 5, .bytes = 4096, .bits_64 = true}); });
    refused([](ConfigSpaceBuilder& b) { b.bar({.index = 6, .bytes = 4096}); });
    refused([](ConfigSpaceBuilder& b) { b.bar({.index = 0, .bytes = 3000}); });
    refused([](ConfigSpaceBuilder& b) { b.bar({.index = 0, .bytes = 0}); });
    refused([](ConfigSpaceBuilder& b) { b.bar({.index = 0, .bytes = 1ULL << 33U}); });
    refused([](ConfigSpaceBuilder& b) { b.msix(0x70, {.vectors = 0}); });
    refused([](ConfigSpaceBuilder& b) { b.msix(0x70, {.vectors = 2049}); });
    refused([](ConfigSpaceBuilder& b) { b.msix(0x70, {.table_offset = 4}); });
}

TEST(Capabilities, BridgeHasTwoBars) {
    ConfigSpace space;
    ConfigSpaceBuilder builder(space);
    builder.type_1_header({});
    EXPECT_NO_THROW(builder.bar({.index = 0, .bytes = 4096, .bits_64 = true}));
    EXPECT_THROW(builder.bar({.index = 1, .bytes = 4096, .bits_64 = true}), std::invalid_argument);
    EXPECT_THROW(builder.bar({.index = 2, .bytes = 4096}), std::invalid_argument);
}

} // namespace
} // namespace rootpool::pcie
