#include "rootpool/net/address.h"

#include <charconv>
#include <fmt/format.h>

namespace rootpool::net {

std::optional<Ipv4Address> parse_ipv4_address(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    std::uint32_t value = 0;
    for (unsigned octet = 0; octet < 4; ++octet) {
        if (octet != 0 && (at == end || *at++ != '.')) {
            return std::nullopt;
        }
        unsigned number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        const bool leading_zero = next - at > 1 && *at == '0';
        if (error != std::errc{} || number > 255 || leading_zero) {
            return std::nullopt;
        }
        value = value << 8U | number;
        at = next;
    }
    return at == end ? std::optional(Ipv4Address(value)) : std::nullopt;
}

std::string to_string(Ipv4Address address) {
    const std::uint32_t value = address.value();
    return fmt::format("{}.{}.{}.{}", value >> 24U, value >> 16U & 0xFFU, value >> 8U & 0xFFU, value & 0xFFU);
}

std::string to_string(const MacAddress& address) { return fmt::format("{:02x}", fmt::join(address, ":")); }

} // namespace rootpool::net
