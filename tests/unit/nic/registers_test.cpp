#include "rootpool/nic/registers.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <vector>

#include "rootpool/core/error.h"
#include "rootpool/nic/descriptors.h"
#include "rootpool/nic/register_file.h"
#include "rootpool/nic/statistics.h"

namespace rootpool::nic {
namespace {

constexpr unsigned two_queues = 2;

TEST(VfAlias, MapsRegistersOfTheVfViewToThePfViewOfDatasheetSection8_3) {
    EXPECT_EQ(pf_alias(vf_reg::VFCTRL, 5, two_queues), 0x00300U + 4 * 5);
    EXPECT_EQ(pf_alias(vf_reg::VFLINKS, 5, two_queues), 0x042A4U);
    EXPECT_EQ(pf_alias(vf_reg::VTEIMS, 63, two_queues), 0x00D00U + 4 * 63);
    EXPECT_EQ(pf_alias(vf_reg::VTIVAR(0), 1, two_queues), 0x12504U);
    EXPECT_EQ(pf_alias(vf_reg::VFMBMEM(15), 2, two_queues), 0x13000U + 0x80 + 60);
    EXPECT_EQ(pf_alias(vf_reg::VFMAILBOX, 0, two_queues), 0x04C00U);
    EXPECT_EQ(pf_alias(vf_reg::VFGORC_MSB, 3, two_queues), 0x0D020U + 0xC0);
    EXPECT_EQ(pf_alias(vf_reg::VFGOTC_MSB, 3, two_queues), 0x08404U + 24);
}

TEST(VfAlias, GivesVfNTheQueuesFromNTimesQueuesPerPool) {
    EXPECT_EQ(pf_alias(vf_reg::RX_QUEUE(1) + queue::RDT, 4, two_queues), reg::RX_QUEUE(9) + queue::RDT);
    EXPECT_EQ(pf_alias(vf_reg::RX_QUEUE(0) + queue::RDBAL, 32, two_queues), 0x0D000U);
    EXPECT_EQ(pf_alias(vf_reg::TX_QUEUE(3) + queue::TDT, 2, 4), reg::TX_QUEUE(11) + queue::TDT);
}

TEST(VfAlias, NeverReachesBeyondTheVfsOwnQueues) {
    EXPECT_EQ(pf_alias(vf_reg::RX_QUEUE(2) + queue::RDT, 4, two_queues), std::nullopt);
    EXPECT_EQ(pf_alias(vf_reg::TX_QUEUE(2) + queue::TDT, 4, two_queues), std::nullopt);
    EXPECT_EQ(pf_alias(vf_reg::RX_QUEUE(0) + queue::RDT, 40, 4), std::nullopt) << "32 pools of 4 queues have no VF 40";
    EXPECT_EQ(pf_alias(vf_reg::VFCTRL, vf_count, two_queues), std::nullopt);
    EXPECT_EQ(pf_alias(vf_reg::VFMBMEM(0) + 1, 0, two_queues), std::nullopt) << "not aligned";
}

TEST(VfAlias, TellsThrottlesApart) {
    EXPECT_EQ(vf_throttle_vector(vf_reg::VTEITR(2)), 2U);
    EXPECT_EQ(vf_throttle_vector(vf_reg::VTEITR(3)), std::nullopt);
}

TEST(RegisterFile, StartsWithTheResetValuesOfTheDatasheet) {
    const RegisterFile registers(register_definitions());
    EXPECT_EQ(registers[reg::RX_QUEUE(100) + queue::SRRCTL], 0x402U);
    EXPECT_EQ(registers[reg::RX_QUEUE(3) + queue::DCA_RXCTRL], 0xB200U);
    EXPECT_EQ(registers[reg::TX_QUEUE(127) + queue::DCA_TXCTRL], 0x2A00U);
    EXPECT_EQ(registers[reg::DMATXCTL], 0x8100'0004U);
    EXPECT_EQ(registers[reg::RDRXCTL], 0x0010'0888U);
    EXPECT_EQ(registers[reg::RTTDCS], 0x00C0'0000U);
}

TEST(RegisterFile, StoresWritableBitsOnly) {
    RegisterFile registers(register_definitions());
    const std::uint32_t length = reg::RX_QUEUE(0) + queue::RDLEN;
    registers.store(*registers.find(length), length, 0xFFFF'FFFFU);
    EXPECT_EQ(registers[length], RING_LENGTH_MASK);
    const std::uint32_t base = reg::TX_QUEUE(64) + queue::TDBAL;
    registers.store(*registers.find(base), base, 0xFFFF'FFFFU);
    EXPECT_EQ(registers[base], 0xFFFF'FF80U) << "128-byte aligned";
    registers.reset();
    EXPECT_EQ(registers[length], 0U);
}

TEST(RegisterFile, NumbersArraysAcrossTheirTwoRuns) {
    const RegisterFile registers(register_definitions());
    const auto index = [&](std::uint32_t offset) { return RegisterFile::index(*registers.find(offset), offset); };
    EXPECT_EQ(index(reg::RX_QUEUE(63) + queue::RDT), 63U);
    EXPECT_EQ(index(reg::RX_QUEUE(64) + queue::RDT), 64U);
    EXPECT_EQ(index(reg::EITR(24)), 24U);
    EXPECT_EQ(index(reg::RAL(127)), 127U);
}

TEST(RegisterFile, HasNothingAtUnknownOffsets) {
    const RegisterFile registers(register_definitions());
    EXPECT_EQ(registers.find(0x1F000), nullptr);
    EXPECT_EQ(registers.find(register_space_bytes), nullptr);
    EXPECT_EQ(registers.find(0xFFFF'FFFC), nullptr);
}

TEST(RegisterFile, RefusesTwoDefinitionsOfOneRegister) {
    const std::vector<RegisterDefinition> twice{{.offset = 0x100}, {.offset = 0xF8, .count = 4}};
    EXPECT_THROW(RegisterFile{twice}, core::ModelViolation);
}

TEST(Statistics, CarriesOctetsInto36Bits) {
    RegisterFile registers(register_definitions());
    Statistics statistics(registers);
    registers.set(reg::PVFGORC_LSB(7), 0xFFFF'FFF0U);
    registers.set(reg::PVFGORC_MSB(7), 0xF);
    statistics.count_vf_received(7, 0x20, true);
    EXPECT_EQ(registers[reg::PVFGORC_LSB(7)], 0x10U);
    EXPECT_EQ(registers[reg::PVFGORC_MSB(7)], 0U) << "wraps at 36 bits";
    EXPECT_EQ(registers[reg::PVFGPRC(7)], 1U);
    EXPECT_EQ(registers[reg::PVFMPRC(7)], 1U);
    EXPECT_EQ(registers[reg::PVFGPRC(8)], 0U);
}

TEST(Descriptors, KeepEveryFieldInItsPlace) {
    std::uint8_t bytes[descriptor_bytes];
    TxContextDescriptor context;
    context.ip_length = 20;
    context.mac_length = 14;
    context.vlan_tag = 0x0ABC;
    context.ipv4 = true;
    context.l4_type = L4Type::tcp;
    context.context_index = 1;
    context.l4_length = 32;
    context.mss = 1448;
    encode(context, bytes);
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes), 0x0ABC'0000U | 14U << 9U | 20U); // table 7-38
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes + 8), 0x2020'0000U | 1U << 10U | 1U << 11U);
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes + 12), 1448U << 16U | 32U << 8U | 1U << 4U);
    EXPECT_EQ(tx_descriptor_type(bytes), TxDescriptorType::context);
    const TxContextDescriptor read = decode_tx_context(bytes);
    EXPECT_EQ(read.mss, 1448);
    EXPECT_EQ(read.l4_type, L4Type::tcp);
    EXPECT_EQ(read.vlan_tag, 0x0ABC);

    TxDataDescriptor data;
    data.buffer = 0x1234'5678'9ABCULL;
    data.length = 1500;
    data.command = tx_command::EOP | tx_command::RS;
    data.insert_l4_checksum = true;
    data.payload_length = 1500;
    encode(data, bytes);
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes + 8), 0x2930'0000U | 1500U); // table 7-39: EOP, RS, DEXT, DTYP 3
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes + 12), 1500U << 14U | 1U << 9U);
    EXPECT_EQ(decode_tx_data(bytes).buffer, data.buffer);

    RxWriteBack write_back;
    write_back.packet_type = rx_packet_type::IPV4 | rx_packet_type::TCP;
    write_back.status_error = rx_status::DD | rx_status::EOP;
    write_back.length = 60;
    write_back.vlan_tag = 5;
    encode(write_back, bytes);
    EXPECT_EQ(core::load_le<std::uint32_t>(bytes), 0x110U);
    EXPECT_TRUE(descriptor_done_rx(bytes));
    EXPECT_EQ(decode_rx_write_back(bytes).length, 60);
    encode_tx_write_back(bytes);
    EXPECT_TRUE(descriptor_done_tx(bytes));
}

TEST(Descriptors, LegacyTransmitDescriptorsAreNotAccepted) {
    std::uint8_t bytes[descriptor_bytes] = {};
    EXPECT_EQ(tx_descriptor_type(bytes), TxDescriptorType::unsupported);
    core::store_le<std::uint32_t>(bytes + 8, tx_command::DEXT | 7U << 20U);
    EXPECT_EQ(tx_descriptor_type(bytes), TxDescriptorType::unsupported) << "reserved DTYP";
}

} // namespace
} // namespace rootpool::nic
