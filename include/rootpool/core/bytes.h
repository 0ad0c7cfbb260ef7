#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace rootpool::core {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

namespace detail {
template <std::unsigned_integral T>
[[nodiscard]] constexpr T swap_bytes(T value) noexcept {
    if constexpr (sizeof(T) == 8) {
        return __builtin_bswap64(value);
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else if constexpr (sizeof(T) == 2) {
        return __builtin_bswap16(value);
    } else {
        return value;
    }
}
template <std::unsigned_integral T>
[[nodiscard]] T load(const std::uint8_t* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
} // namespace detail

static_assert(std::endian::native == std::endian::little, "the host is assumed to be little endian");

/// Unaligned loads and stores in the byte order that the name says. The caller has checked the bounds.
template <std::unsigned_integral T>
[[nodiscard]] T load_le(const std::uint8_t* from) noexcept {
    return detail::load<T>(from);
}
template <std::unsigned_integral T>
[[nodiscard]] T load_be(const std::uint8_t* from) noexcept {
    return detail::swap_bytes(detail::load<T>(from));
}
template <std::unsigned_integral T>
void store_le(std::uint8_t* to, T value) noexcept {
    std::memcpy(to, &value, sizeof value);
}
template <std::unsigned_integral T>
void store_be(std::uint8_t* to, T value) noexcept {
    value = detail::swap_bytes(value);
    std::memcpy(to, &value, sizeof value);
}

} // namespace rootpool::core
