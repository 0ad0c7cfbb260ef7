#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"

/// Advanced descriptors of the 82599 (datasheet section 7.1.6 tables 7-15, 7-16 and 7.2.3.2 tables 7-39, 7-40): 16
/// bytes each, little endian.
namespace rootpool::nic {

inline constexpr unsigned descriptor_bytes = 16;
inline constexpr unsigned ring_granularity = 8;        ///< ring lengths are multiples of 8 descriptors
inline constexpr unsigned max_cached_descriptors = 40; ///< fetched on chip per transmit queue

/// Status bits, dword 2 of the receive write-back. Error bits are in the same dword.
namespace rx_status {
inline constexpr std::uint32_t DD = 1U << 0U;
inline constexpr std::uint32_t EOP = 1U << 1U;
inline constexpr std::uint32_t VP = 1U << 3U;
inline constexpr std::uint32_t UDPCS = 1U << 4U;
inline constexpr std::uint32_t L4CS = 1U << 5U;
inline constexpr std::uint32_t IPCS = 1U << 6U;
inline constexpr std::uint32_t PIF = 1U << 7U;
inline constexpr std::uint32_t UDPV = 1U << 10U;
inline constexpr std::uint32_t LB = 1U << 18U;
inline constexpr std::uint32_t TCPE = 1U << 30U; ///< L4 checksum error
inline constexpr std::uint32_t IPE = 1U << 31U;  ///< IPv4 header checksum error
} // namespace rx_status

/// Packet type bits, dword 0 of the receive write-back.
namespace rx_packet_type {
inline constexpr std::uint32_t IPV4 = 1U << 4U;
inline constexpr std::uint32_t IPV4_EXT = 1U << 5U;
inline constexpr std::uint32_t IPV6 = 1U << 6U;
inline constexpr std::uint32_t TCP = 1U << 8U;
inline constexpr std::uint32_t UDP = 1U << 9U;
} // namespace rx_packet_type

/// Receive descriptor as software prepares it.
struct RxReadDescriptor {
    std::uint64_t packet_buffer = 0;
    std::uint64_t header_buffer = 0; ///< bit 0 is DD after the write-back, so software leaves it 0
};

/// Receive descriptor as the device writes it back.
struct RxWriteBack {
    std::uint8_t rss_type = 0;
    std::uint32_t packet_type = 0; ///< rx_packet_type bits
    std::uint32_t rss_hash = 0;
    std::uint32_t status_error = 0; ///< rx_status bits
    std::uint16_t length = 0;
    std::uint16_t vlan_tag = 0;
};

/// dword 2 of transmit descriptors.
namespace tx_command {
inline constexpr std::uint32_t length_mask = 0xFFFFU; ///< DTALEN of a data descriptor
inline constexpr std::uint32_t DTYP_MASK = 0xFU << 20U;
inline constexpr std::uint32_t DTYP_CONTEXT = 2U << 20U;
inline constexpr std::uint32_t DTYP_DATA = 3U << 20U;
inline constexpr std::uint32_t EOP = 1U << 24U;
inline constexpr std::uint32_t IFCS = 1U << 25U;
inline constexpr std::uint32_t RS = 1U << 27U;
inline constexpr std::uint32_t DEXT = 1U << 29U;
inline constexpr std::uint32_t VLE = 1U << 30U;
inline constexpr std::uint32_t TSE = 1U << 31U;
} // namespace tx_command

/// dword 3 of a transmit data descriptor.
namespace tx_option {
inline constexpr std::uint32_t DD = 1U << 0U; ///< write-back
inline constexpr unsigned IDX_SHIFT = 4;
inline constexpr std::uint32_t CC = 1U << 7U;   ///< check context
inline constexpr std::uint32_t IXSM = 1U << 8U; ///< insert IPv4 checksum
inline constexpr std::uint32_t TXSM = 1U << 9U; ///< insert TCP, UDP checksum
inline constexpr unsigned PAYLEN_SHIFT = 14;
} // namespace tx_option

enum class L4Type : std::uint8_t { udp = 0, tcp = 1, sctp = 2 };

/// Advanced transmit data descriptor.
struct TxDataDescriptor {
    std::uint64_t buffer = 0;
    std::uint16_t length = 0;
    std::uint32_t command = 0; ///< EOP, IFCS, RS, VLE, TSE of tx_command
    bool insert_ip_checksum = false;
    bool insert_l4_checksum = false;
    bool check_context = false;
    std::uint8_t context_index = 0;   ///< 0 or 1
    std::uint32_t payload_length = 0; ///< 18 bits. With TSE: bytes after the headers; else the whole packet
};

/// Advanced transmit context descriptor.
struct TxContextDescriptor {
    std::uint16_t ip_length = 0; ///< 9 bits
    std::uint8_t mac_length = 0; ///< 7 bits
    std::uint16_t vlan_tag = 0;
    bool ipv4 = false;
    L4Type l4_type = L4Type::udp;
    std::uint8_t context_index = 0; ///< 0 or 1
    std::uint8_t l4_length = 0;
    std::uint16_t mss = 0;
};

/// What dword 2 says a transmit descriptor is. Legacy (DEXT = 0) and reserved types are not accepted by the model.
enum class TxDescriptorType : std::uint8_t { data, context, unsupported };

[[nodiscard]] inline TxDescriptorType tx_descriptor_type(const std::uint8_t* descriptor) noexcept {
    const auto command = core::load_le<std::uint32_t>(descriptor + 8);
    if ((command & tx_command::DEXT) == 0) {
        return TxDescriptorType::unsupported;
    }
    switch (command & tx_command::DTYP_MASK) {
    case tx_command::DTYP_DATA:
        return TxDescriptorType::data;
    case tx_command::DTYP_CONTEXT:
        return TxDescriptorType::context;
    default:
        return TxDescriptorType::unsupported;
    }
}

// Each pair reads and writes the 16 bytes at `at`.
[[nodiscard]] RxReadDescriptor decode_rx_read(const std::uint8_t* at) noexcept;
void encode(const RxReadDescriptor& descriptor, std::uint8_t* at) noexcept;
[[nodiscard]] RxWriteBack decode_rx_write_back(const std::uint8_t* at) noexcept;
void encode(const RxWriteBack& descriptor, std::uint8_t* at) noexcept;
[[nodiscard]] TxDataDescriptor decode_tx_data(const std::uint8_t* at) noexcept;
void encode(const TxDataDescriptor& descriptor, std::uint8_t* at) noexcept;
[[nodiscard]] TxContextDescriptor decode_tx_context(const std::uint8_t* at) noexcept;
void encode(const TxContextDescriptor& descriptor, std::uint8_t* at) noexcept;
/// The transmit write-back: reserved fields and DD.
void encode_tx_write_back(std::uint8_t* at) noexcept;
[[nodiscard]] inline bool descriptor_done_rx(const std::uint8_t* at) noexcept {
    return (core::load_le<std::uint32_t>(at + 8) & rx_status::DD) != 0;
}
[[nodiscard]] inline bool descriptor_done_tx(const std::uint8_t* at) noexcept {
    return (core::load_le<std::uint32_t>(at + 12) & tx_option::DD) != 0;
}

} // namespace rootpool::nic
