#include "rootpool/nic/checksum.h"

namespace rootpool::nic {

void ChecksumSum::add(core::ByteView bytes) noexcept {
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    // Four 32-bit words at a time; 64 bits do not overflow for any frame.
    for (; left >= 16; left -= 16, at += 16) {
        const auto low = core::load_le<std::uint64_t>(at);
        const auto high = core::load_le<std::uint64_t>(at + 8);
        sum_ += (low & 0xFFFF'FFFFU) + (low >> 32U) + (high & 0xFFFF'FFFFU) + (high >> 32U);
    }
    for (; left >= 2; left -= 2, at += 2) {
        sum_ += core::load_le<std::uint16_t>(at);
    }
    if (left != 0) {
        sum_ += *at; // padded with a zero byte at the end
    }
}

std::uint16_t ChecksumSum::folded() const noexcept {
    std::uint64_t sum = sum_;
    while (sum >> 16U != 0) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(sum << 8U | sum >> 8U);
}

} // namespace rootpool::nic
