#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "rootpool/core/bytes.h"

namespace rootpool::pcie {

/// The 4096 bytes of configuration space of one function: values, which bits software can write, which bits a written 1
/// clears. Logic lives with the owner, who is told of every write that software made.
class ConfigSpace {
public:
    static constexpr std::uint16_t size = 4096;

    /// What software wrote, after the masks were applied. `offset` is dword aligned.
    struct Write {
        std::uint16_t offset;
        std::uint32_t before;
        std::uint32_t after;
        std::uint32_t written; ///< the data of the request, bytes without byte enable zeroed
        std::uint8_t byte_enables;
    };
    using WriteHook = std::function<void(const Write&)>;

    // --- software side: what a configuration request sees
    /// The dword at `offset` (multiple of 4, below 4096; higher bits are ignored).
    [[nodiscard]] std::uint32_t read(std::uint16_t offset) const noexcept;
    /// Writes the bytes that `byte_enables` (bit 0 = lowest byte) selects, as far as the masks allow; then calls the
    /// hook.
    void write(std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    void on_write(WriteHook hook) { hook_ = std::move(hook); }

    // --- hardware side: no masks, no hook
    [[nodiscard]] std::uint8_t get8(std::uint16_t offset) const noexcept { return values_[offset]; }
    [[nodiscard]] std::uint16_t get16(std::uint16_t offset) const noexcept;
    [[nodiscard]] std::uint32_t get32(std::uint16_t offset) const noexcept;
    void set8(std::uint16_t offset, std::uint8_t value) noexcept { values_[offset] = value; }
    void set16(std::uint16_t offset, std::uint16_t value) noexcept;
    void set32(std::uint16_t offset, std::uint32_t value) noexcept;

    /// All bytes as they stand now, for dumps.
    [[nodiscard]] core::ByteView bytes() const noexcept { return values_; }

    // --- definition: value after reset, writable bits, write-1-to-clear bits
    void define8(std::uint16_t offset, std::uint8_t reset, std::uint8_t writable = 0,
                 std::uint8_t write_1_clears = 0) noexcept;
    void define16(std::uint16_t offset, std::uint16_t reset, std::uint16_t writable = 0,
                  std::uint16_t write_1_clears = 0) noexcept;
    void define32(std::uint16_t offset, std::uint32_t reset, std::uint32_t writable = 0,
                  std::uint32_t write_1_clears = 0) noexcept;
    /// Bits of the dword at `offset` that software sets or clears together: a write of only some of them leaves them
    /// all (Power State without D1 and D2, PCIe base 7.5.2.2). A function has one such field.
    void all_or_none(std::uint16_t offset, std::uint32_t bits) noexcept;
    /// Changes some bits now and after each reset.
    void redefine32(std::uint16_t offset, std::uint32_t mask, std::uint32_t bits) noexcept;
    /// Marks bits that a function level reset leaves as they are (HwInit bits, MPS; PCIe base 6.6.2).
    void keep_over_flr(std::uint16_t offset, std::uint32_t bits) noexcept;
    /// Marks bits that only a fundamental reset changes: ROS, RWS and RW1CS of PCIe base table 7-2.
    void sticky(std::uint16_t offset, std::uint32_t bits) noexcept;

    /// Fundamental reset: all bits back to the defined values.
    void conventional_reset() noexcept;
    /// Hot reset, or the link went down: sticky bits stay.
    void hot_reset() noexcept;
    /// Sticky bits stay, and those that keep_over_flr() named.
    void function_level_reset() noexcept;

private:
    using Bytes = std::array<std::uint8_t, size>;

    template <typename T>
    void define(std::uint16_t offset, T reset, T writable, T write_1_clears) noexcept;

    void reset_all_but(const Bytes& kept) noexcept;

    Bytes values_{};
    Bytes reset_{};
    Bytes writable_{};
    Bytes write_1_clears_{};
    Bytes kept_over_flr_{}; ///< sticky bits included
    Bytes sticky_{};
    std::uint16_t all_or_none_at_ = 0;
    std::uint32_t all_or_none_ = 0;
    WriteHook hook_;
};

} // namespace rootpool::pcie
