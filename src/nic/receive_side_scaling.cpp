#include "rootpool/nic/receive_side_scaling.h"

namespace rootpool::nic {

namespace {

constexpr std::uint32_t mrqc_ipv4_tcp = 1U << 16U;
constexpr std::uint32_t mrqc_ipv4 = 1U << 17U;
constexpr std::uint32_t mrqc_ipv4_udp = 1U << 22U;
constexpr std::uint8_t type_ipv4_tcp = 1;
constexpr std::uint8_t type_ipv4 = 2;
constexpr std::uint8_t type_ipv4_udp = 7;
constexpr unsigned address_bytes = 8;
constexpr unsigned port_bytes = 4;

/// The key's 32 bits that start at bit `bit`; byte 0 of the key is byte 0 of RSSRK(0).
[[nodiscard]] std::uint32_t key_window(const RegisterFile& registers, unsigned bit) noexcept {
    std::uint64_t window = 0;
    for (unsigned i = 0; i < 5; ++i) {
        const unsigned byte = bit / 8 + i;
        window = window << 8U | (registers[reg::RSSRK(byte / 4)] >> byte % 4 * 8U & 0xFFU);
    }
    return static_cast<std::uint32_t>(window >> (8U - bit % 8));
}

[[nodiscard]] std::uint32_t toeplitz(const RegisterFile& registers, core::ByteView input, unsigned first_bit,
                                     std::uint32_t hash) noexcept {
    for (unsigned bit = 0; bit < input.size() * 8; ++bit) {
        if ((input[bit / 8] >> (7 - bit % 8) & 1U) != 0) {
            hash ^= key_window(registers, first_bit + bit);
        }
    }
    return hash;
}

} // namespace

RssHash rss_hash(const RegisterFile& registers, core::ByteView frame, const PacketInfo& info) noexcept {
    const std::uint32_t fields = registers[reg::MRQC];
    if (!info.ipv4) {
        return {};
    }
    const std::uint32_t addresses = toeplitz(registers, frame.subspan(info.ip_offset + 12, address_bytes), 0, 0);
    const bool tcp = info.tcp && (fields & mrqc_ipv4_tcp) != 0;
    const bool udp = info.udp && (fields & mrqc_ipv4_udp) != 0;
    if (tcp || udp) {
        return {tcp ? type_ipv4_tcp : type_ipv4_udp,
                toeplitz(registers, frame.subspan(info.l4_offset, port_bytes), address_bytes * 8, addresses)};
    }
    return (fields & mrqc_ipv4) != 0 ? RssHash{type_ipv4, addresses} : RssHash{};
}

unsigned rss_queue(const RegisterFile& registers, const RssHash& hash) noexcept {
    if (hash.type == 0) {
        return 0;
    }
    const unsigned entry = hash.value & 0x7FU; // 128 entries, four per register
    return registers[reg::RETA(entry / 4)] >> entry % 4 * 8U & 0xFU;
}

} // namespace rootpool::nic
