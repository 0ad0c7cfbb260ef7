#include "rootpool/nic/msix_table.h"

#include "rootpool/nic/registers.h"

namespace rootpool::nic {

namespace {
constexpr std::uint32_t writable_address = 0xFFFF'FFFCU;
constexpr std::uint32_t all = 0xFFFF'FFFFU;
constexpr std::array<std::uint32_t, 4> writable{writable_address, all, all, 1};
} // namespace

MsixTable::MsixTable(unsigned vectors) : entries_(vectors) { reset(); }

std::uint32_t MsixTable::read(std::uint32_t offset) const noexcept {
    if (offset / entry_bytes < entries_.size()) {
        return entries_[offset / entry_bytes][offset % entry_bytes / 4];
    }
    if (offset == msix_pba_offset) {
        return static_cast<std::uint32_t>(pending_);
    }
    return offset == msix_pba_offset + 4 ? static_cast<std::uint32_t>(pending_ >> 32U) : 0;
}

void MsixTable::write(std::uint32_t offset, std::uint32_t value) noexcept {
    if (offset / entry_bytes < entries_.size()) {
        const unsigned field = offset % entry_bytes / 4;
        entries_[offset / entry_bytes][field] = value & writable[field];
    }
}

MsixMessage MsixTable::message(unsigned vector) const noexcept {
    const Entry& entry = entries_[vector];
    return {entry[0] | static_cast<std::uint64_t>(entry[1]) << 32U, entry[2]};
}

void MsixTable::set_pending(unsigned vector, bool pending) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << vector;
    pending_ = pending ? pending_ | bit : pending_ & ~bit;
}

void MsixTable::reset() noexcept {
    for (Entry& entry : entries_) {
        entry = {0, 0, 0, mask_bit}; // PCIe base 7.7.2.5: the mask bit is 1 after reset
    }
    pending_ = 0;
}

} // namespace rootpool::nic
