#include "rootpool/net/ethernet.h"

#include <algorithm>

namespace rootpool::net {

namespace {
constexpr std::uint16_t first_type = 0x0600; ///< below: IEEE 802.3 length
}

std::optional<EthernetHeader> EthernetHeader::parse(core::ByteView bytes) noexcept {
    if (bytes.size() < size) {
        return std::nullopt;
    }
    const auto type = core::load_be<std::uint16_t>(&bytes[12]);
    if (type < first_type) {
        return std::nullopt;
    }
    EthernetHeader header;
    std::copy_n(bytes.data(), 6, header.destination.begin());
    std::copy_n(&bytes[6], 6, header.source.begin());
    header.type = static_cast<EtherType>(type);
    return header;
}

void EthernetHeader::write(core::MutableByteView to) const noexcept {
    std::copy_n(destination.begin(), 6, to.data());
    std::copy_n(source.begin(), 6, &to[6]);
    core::store_be(&to[12], static_cast<std::uint16_t>(type));
}

} // namespace rootpool::net
