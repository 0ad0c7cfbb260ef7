#include "rootpool/pcie/config_space.h"

namespace rootpool::pcie {

namespace {

/// Offsets wrap at 4096, and a dword stays inside the array: configuration requests can name nothing else.
constexpr std::uint16_t dword_of(std::uint16_t offset) noexcept { return offset & (ConfigSpace::size - 4U); }

/// Byte `i` of a wide register, little endian, without ever leaving the array.
constexpr std::uint16_t byte_at(std::uint16_t offset, unsigned i) noexcept {
    return static_cast<std::uint16_t>((offset + i) & (ConfigSpace::size - 1U));
}

template <typename T, typename Bytes>
T gather(const Bytes& bytes, std::uint16_t offset) noexcept {
    T value = 0;
    for (unsigned i = sizeof(T); i-- > 0;) {
        value = static_cast<T>(value << 8U | bytes[byte_at(offset, i)]);
    }
    return value;
}

template <typename T, typename Bytes>
void scatter(Bytes& bytes, std::uint16_t offset, T value) noexcept {
    for (unsigned i = 0; i < sizeof(T); ++i) {
        bytes[byte_at(offset, i)] = static_cast<std::uint8_t>(value >> (8U * i));
    }
}

} // namespace

std::uint32_t ConfigSpace::read(std::uint16_t offset) const noexcept {
    return core::load_le<std::uint32_t>(&values_[dword_of(offset)]);
}

void ConfigSpace::write(std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables) {
    const std::uint16_t dword = dword_of(offset);
    std::uint32_t enabled = 0;
    for (unsigned i = 0; i < 4; ++i) {
        enabled |= (byte_enables >> i & 1U) != 0 ? 0xFFU << (8U * i) : 0U;
    }
    const std::uint32_t written = value & enabled;
    const std::uint32_t before = read(dword);
    const std::uint32_t writable = core::load_le<std::uint32_t>(&writable_[dword]) & enabled;
    const std::uint32_t cleared = core::load_le<std::uint32_t>(&write_1_clears_[dword]) & written;
    std::uint32_t after = ((before & ~writable) | (written & writable)) & ~cleared;
    const std::uint32_t together = dword == all_or_none_at_ ? all_or_none_ : 0;
    if ((after & together) != 0 && (after & together) != together) {
        after = (after & ~together) | (before & together);
    }
    core::store_le(&values_[dword], after);
    if (hook_) {
        hook_({dword, before, after, written, static_cast<std::uint8_t>(byte_enables & 0xFU)});
    }
}

std::uint16_t ConfigSpace::get16(std::uint16_t offset) const noexcept { return gather<std::uint16_t>(values_, offset); }
std::uint32_t ConfigSpace::get32(std::uint16_t offset) const noexcept { return gather<std::uint32_t>(values_, offset); }
void ConfigSpace::set16(std::uint16_t offset, std::uint16_t value) noexcept { scatter(values_, offset, value); }
void ConfigSpace::set32(std::uint16_t offset, std::uint32_t value) noexcept { scatter(values_, offset, value); }

void ConfigSpace::redefine32(std::uint16_t offset, std::uint32_t mask, std::uint32_t bits) noexcept {
    for (Bytes* bytes : {&values_, &reset_}) {
        const auto before = core::load_le<std::uint32_t>(bytes->data() + offset);
        core::store_le(bytes->data() + offset, (before & ~mask) | (bits & mask));
    }
}

template <typename T>
void ConfigSpace::define(std::uint16_t offset, T reset, T writable, T write_1_clears) noexcept {
    scatter(reset_, offset, reset);
    scatter(values_, offset, reset);
    scatter(writable_, offset, writable);
    scatter(write_1_clears_, offset, write_1_clears);
}

void ConfigSpace::define8(std::uint16_t offset, std::uint8_t reset, std::uint8_t writable,
                          std::uint8_t write_1_clears) noexcept {
    define(offset, reset, writable, write_1_clears);
}

void ConfigSpace::define16(std::uint16_t offset, std::uint16_t reset, std::uint16_t writable,
                           std::uint16_t write_1_clears) noexcept {
    define(offset, reset, writable, write_1_clears);
}

void ConfigSpace::define32(std::uint16_t offset, std::uint32_t reset, std::uint32_t writable,
                           std::uint32_t write_1_clears) noexcept {
    define(offset, reset, writable, write_1_clears);
}

void ConfigSpace::all_or_none(std::uint16_t offset, std::uint32_t bits) noexcept {
    all_or_none_at_ = offset;
    all_or_none_ = bits;
}

void ConfigSpace::keep_over_flr(std::uint16_t offset, std::uint32_t bits) noexcept {
    scatter(kept_over_flr_, offset, gather<std::uint32_t>(kept_over_flr_, offset) | bits);
}

void ConfigSpace::sticky(std::uint16_t offset, std::uint32_t bits) noexcept {
    scatter(sticky_, offset, gather<std::uint32_t>(sticky_, offset) | bits);
    keep_over_flr(offset, bits);
}

void ConfigSpace::conventional_reset() noexcept { values_ = reset_; }

void ConfigSpace::hot_reset() noexcept { reset_all_but(sticky_); }

void ConfigSpace::function_level_reset() noexcept { reset_all_but(kept_over_flr_); }

void ConfigSpace::reset_all_but(const Bytes& kept) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        values_[i] = static_cast<std::uint8_t>((values_[i] & kept[i]) | (reset_[i] & ~unsigned{kept[i]}));
    }
}

} // namespace rootpool::pcie
