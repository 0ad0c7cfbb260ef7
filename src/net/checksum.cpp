#include "rootpool/net/checksum.h"

namespace rootpool::net {

namespace {

[[nodiscard]] constexpr std::uint64_t fold_to_32(std::uint64_t sum) noexcept {
    return (sum & 0xFFFF'FFFFU) + (sum >> 32U);
}

} // namespace

Checksum& Checksum::add(core::ByteView bytes) noexcept {
    // RFC 1071 2.C: adding wider words is the same sum. 32-bit words into 64-bit counters cannot overflow before 16 GB,
    // need no carry, and compile to vector code.
    std::uint64_t sum = 0;
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 32; at += 32, left -= 32) {
        for (unsigned i = 0; i < 8; ++i) {
            sum += core::load_le<std::uint32_t>(at + 4U * i);
        }
    }
    for (; left >= 2; at += 2, left -= 2) {
        sum += core::load_le<std::uint16_t>(at);
    }
    if (left != 0) {
        sum += *at; // RFC 1071 1: a last odd byte is followed by a zero
    }
    sum_ = fold_to_32(sum_) + fold_to_32(sum);
    return *this;
}

Checksum& Checksum::add_pseudo_header(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                      std::uint32_t length) noexcept {
    return add(source)
        .add(destination)
        .add(std::uint16_t{protocol})
        .add(static_cast<std::uint16_t>(length >> 16U))
        .add(static_cast<std::uint16_t>(length));
}

std::uint16_t Checksum::sum() const noexcept {
    std::uint64_t sum = sum_;
    while (sum >> 16U != 0) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return core::detail::swap_bytes(static_cast<std::uint16_t>(sum));
}

} // namespace rootpool::net
