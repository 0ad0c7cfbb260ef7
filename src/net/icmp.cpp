#include "rootpool/net/icmp.h"

#include "rootpool/net/checksum.h"

namespace rootpool::net {

std::optional<IcmpEcho> IcmpEcho::parse(core::ByteView message) noexcept {
    if (message.size() < header_size || message[1] != 0 || Checksum().add(message).sum() != 0xFFFF) {
        return std::nullopt;
    }
    IcmpEcho echo;
    echo.type = static_cast<IcmpType>(message[0]);
    if (echo.type != IcmpType::echo_request && echo.type != IcmpType::echo_reply) {
        return std::nullopt;
    }
    echo.identifier = core::load_be<std::uint16_t>(&message[4]);
    echo.sequence = core::load_be<std::uint16_t>(&message[6]);
    return echo;
}

void IcmpEcho::write(core::MutableByteView message) const noexcept {
    message[0] = static_cast<std::uint8_t>(type);
    message[1] = 0;
    core::store_be(&message[2], std::uint16_t{0});
    core::store_be(&message[4], identifier);
    core::store_be(&message[6], sequence);
    core::store_be(&message[2], Checksum().add(message).value());
}

} // namespace rootpool::net
