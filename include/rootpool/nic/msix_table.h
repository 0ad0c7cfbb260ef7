#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace rootpool::nic {

/// Where and what an interrupt message is.
struct MsixMessage {
    std::uint64_t address = 0;
    std::uint32_t data = 0;
};

/// The MSI-X table and pending bits of one function (PCIe base 7.7.2), as the BAR shows them: table at 0, pending bits
/// at msix_pba_offset.
class MsixTable {
public:
    explicit MsixTable(unsigned vectors);

    /// Offsets within the BAR, multiples of 4. What lies outside table and pending bits reads 0 and ignores writes.
    [[nodiscard]] std::uint32_t read(std::uint32_t offset) const noexcept;
    void write(std::uint32_t offset, std::uint32_t value) noexcept;

    [[nodiscard]] unsigned vectors() const noexcept { return static_cast<unsigned>(entries_.size()); }
    [[nodiscard]] MsixMessage message(unsigned vector) const noexcept;
    [[nodiscard]] bool masked(unsigned vector) const noexcept { return (entries_[vector][3] & mask_bit) != 0; }
    [[nodiscard]] bool pending(unsigned vector) const noexcept { return (pending_ >> vector & 1U) != 0; }
    [[nodiscard]] std::uint64_t pending_bits() const noexcept { return pending_; }
    void set_pending(unsigned vector, bool pending) noexcept;
    /// All vectors masked, nothing pending.
    void reset() noexcept;

private:
    static constexpr std::uint32_t mask_bit = 1;
    static constexpr unsigned entry_bytes = 16;
    using Entry = std::array<std::uint32_t, 4>; ///< address, upper address, data, vector control

    std::vector<Entry> entries_;
    std::uint64_t pending_ = 0;
};

} // namespace rootpool::nic
