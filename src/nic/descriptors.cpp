#include "rootpool/nic/descriptors.h"

namespace rootpool::nic {

using core::load_le;
using core::store_le;

namespace {
constexpr std::uint32_t packet_type_mask = 0x1FFF0U;

void store(std::uint8_t* at, std::uint32_t dword0, std::uint32_t dword1, std::uint32_t dword2, std::uint32_t dword3) {
    store_le(at, dword0);
    store_le(at + 4, dword1);
    store_le(at + 8, dword2);
    store_le(at + 12, dword3);
}
} // namespace

RxReadDescriptor decode_rx_read(const std::uint8_t* at) noexcept {
    return {load_le<std::uint64_t>(at), load_le<std::uint64_t>(at + 8)};
}

void encode(const RxReadDescriptor& descriptor, std::uint8_t* at) noexcept {
    store_le(at, descriptor.packet_buffer);
    store_le(at + 8, descriptor.header_buffer);
}

RxWriteBack decode_rx_write_back(const std::uint8_t* at) noexcept {
    const auto dword0 = load_le<std::uint32_t>(at);
    RxWriteBack result;
    result.rss_type = static_cast<std::uint8_t>(dword0 & 0xFU);
    result.packet_type = dword0 & packet_type_mask;
    result.rss_hash = load_le<std::uint32_t>(at + 4);
    result.status_error = load_le<std::uint32_t>(at + 8);
    result.length = load_le<std::uint16_t>(at + 12);
    result.vlan_tag = load_le<std::uint16_t>(at + 14);
    return result;
}

void encode(const RxWriteBack& descriptor, std::uint8_t* at) noexcept {
    store(at, (descriptor.rss_type & 0xFU) | (descriptor.packet_type & packet_type_mask), descriptor.rss_hash,
          descriptor.status_error, descriptor.length | static_cast<std::uint32_t>(descriptor.vlan_tag) << 16U);
}

TxDataDescriptor decode_tx_data(const std::uint8_t* at) noexcept {
    const auto command = load_le<std::uint32_t>(at + 8);
    const auto option = load_le<std::uint32_t>(at + 12);
    TxDataDescriptor result;
    result.buffer = load_le<std::uint64_t>(at);
    result.length = static_cast<std::uint16_t>(command & tx_command::length_mask);
    result.command =
        command & (tx_command::EOP | tx_command::IFCS | tx_command::RS | tx_command::VLE | tx_command::TSE);
    result.insert_ip_checksum = (option & tx_option::IXSM) != 0;
    result.insert_l4_checksum = (option & tx_option::TXSM) != 0;
    result.check_context = (option & tx_option::CC) != 0;
    result.context_index = static_cast<std::uint8_t>(option >> tx_option::IDX_SHIFT & 1U); // two contexts per queue
    result.payload_length = option >> tx_option::PAYLEN_SHIFT;
    return result;
}

void encode(const TxDataDescriptor& descriptor, std::uint8_t* at) noexcept {
    store_le(at, descriptor.buffer);
    store_le(at + 8, descriptor.length | descriptor.command | tx_command::DEXT | tx_command::DTYP_DATA);
    store_le(at + 12, (descriptor.insert_ip_checksum ? tx_option::IXSM : 0U) |
                          (descriptor.insert_l4_checksum ? tx_option::TXSM : 0U) |
                          (descriptor.check_context ? tx_option::CC : 0U) |
                          static_cast<std::uint32_t>(descriptor.context_index & 7U) << tx_option::IDX_SHIFT |
                          descriptor.payload_length << tx_option::PAYLEN_SHIFT);
}

TxContextDescriptor decode_tx_context(const std::uint8_t* at) noexcept {
    const auto dword0 = load_le<std::uint32_t>(at);
    const auto dword2 = load_le<std::uint32_t>(at + 8);
    const auto dword3 = load_le<std::uint32_t>(at + 12);
    TxContextDescriptor result;
    result.ip_length = static_cast<std::uint16_t>(dword0 & 0x1FFU);
    result.mac_length = static_cast<std::uint8_t>(dword0 >> 9U & 0x7FU);
    result.vlan_tag = static_cast<std::uint16_t>(dword0 >> 16U);
    result.ipv4 = (dword2 >> 10U & 1U) != 0;
    result.l4_type = static_cast<L4Type>(dword2 >> 11U & 3U);
    result.context_index = static_cast<std::uint8_t>(dword3 >> tx_option::IDX_SHIFT & 1U);
    result.l4_length = static_cast<std::uint8_t>(dword3 >> 8U);
    result.mss = static_cast<std::uint16_t>(dword3 >> 16U);
    return result;
}

void encode(const TxContextDescriptor& descriptor, std::uint8_t* at) noexcept {
    store(at,
          (descriptor.ip_length & 0x1FFU) | static_cast<std::uint32_t>(descriptor.mac_length & 0x7FU) << 9U |
              static_cast<std::uint32_t>(descriptor.vlan_tag) << 16U,
          0,
          (descriptor.ipv4 ? 1U << 10U : 0U) | static_cast<std::uint32_t>(descriptor.l4_type) << 11U |
              tx_command::DEXT | tx_command::DTYP_CONTEXT,
          static_cast<std::uint32_t>(descriptor.context_index & 7U) << tx_option::IDX_SHIFT |
              static_cast<std::uint32_t>(descriptor.l4_length) << 8U |
              static_cast<std::uint32_t>(descriptor.mss) << 16U);
}

void encode_tx_write_back(std::uint8_t* at) noexcept { store(at, 0, 0, 0, tx_option::DD); }

} // namespace rootpool::nic
