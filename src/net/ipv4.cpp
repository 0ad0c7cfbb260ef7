#include "rootpool/net/ipv4.h"

#include "rootpool/net/checksum.h"

namespace rootpool::net {

namespace {

constexpr std::uint16_t dont_fragment_flag = 0x4000;
constexpr std::uint16_t more_fragments_flag = 0x2000;
constexpr std::uint16_t fragment_offset_mask = 0x1FFF;
constexpr std::size_t checksum_offset = 10;

} // namespace

std::optional<Ipv4Header> Ipv4Header::parse(core::ByteView bytes) noexcept {
    if (bytes.size() < size || bytes[0] >> 4U != 4) {
        return std::nullopt;
    }
    Ipv4Header header;
    header.header_length = static_cast<std::uint8_t>((bytes[0] & 0xFU) * 4U);
    header.total_length = core::load_be<std::uint16_t>(&bytes[2]);
    if (header.header_length < size || header.total_length < header.header_length ||
        header.total_length > bytes.size()) {
        return std::nullopt;
    }
    const auto fragment = core::load_be<std::uint16_t>(&bytes[6]);
    header.type_of_service = bytes[1];
    header.identification = core::load_be<std::uint16_t>(&bytes[4]);
    header.dont_fragment = (fragment & dont_fragment_flag) != 0;
    header.more_fragments = (fragment & more_fragments_flag) != 0;
    header.fragment_offset = fragment & fragment_offset_mask;
    header.time_to_live = bytes[8];
    header.protocol = static_cast<IpProtocol>(bytes[9]);
    header.checksum = core::load_be<std::uint16_t>(&bytes[checksum_offset]);
    header.source = Ipv4Address(core::load_be<std::uint32_t>(&bytes[12]));
    header.destination = Ipv4Address(core::load_be<std::uint32_t>(&bytes[16]));
    return header;
}

void Ipv4Header::write(core::MutableByteView to) const noexcept {
    const unsigned fragment = (dont_fragment ? dont_fragment_flag : 0U) | (more_fragments ? more_fragments_flag : 0U) |
                              (fragment_offset & fragment_offset_mask);
    to[0] = 0x45;
    to[1] = type_of_service;
    core::store_be(&to[2], total_length);
    core::store_be(&to[4], identification);
    core::store_be(&to[6], static_cast<std::uint16_t>(fragment));
    to[8] = time_to_live;
    to[9] = static_cast<std::uint8_t>(protocol);
    core::store_be(&to[checksum_offset], std::uint16_t{0});
    core::store_be(&to[12], source.value());
    core::store_be(&to[16], destination.value());
    core::store_be(&to[checksum_offset], Checksum().add(to.first(size)).value());
}

bool ipv4_checksum_ok(core::ByteView bytes, std::uint8_t header_length) noexcept {
    return header_length >= Ipv4Header::size && header_length <= bytes.size() &&
           Checksum().add(bytes.first(header_length)).sum() == 0xFFFF;
}

} // namespace rootpool::net
