#include "rootpool/pooling/bar_tables.h"

#include <bit>

#include "rootpool/core/error.h"

namespace rootpool::pooling {

BarTables::BarTables(unsigned vfs) : columns_(bar_count, Column(vfs)) {}

void BarTables::set_master(std::uint8_t bar, std::uint64_t base, std::uint64_t bytes_per_vf) {
    if (bytes_per_vf != 0 && (bytes_per_vf < 4096 || !std::has_single_bit(bytes_per_vf))) {
        throw core::ModelViolation("address CAM: size is not a power of two of at least 4 KB");
    }
    Column& column = columns_[bar];
    column.master_base = base;
    column.bytes = bytes_per_vf;
    column.size_bits = bytes_per_vf == 0 ? 0 : static_cast<unsigned>(std::countr_zero(bytes_per_vf));
    rebuild(column);
}

void BarTables::set_slave(std::uint8_t bar, pcie::VfIndex vf, pcie::RootId root, std::uint64_t base,
                          bool memory_enable) {
    Column& column = columns_[bar];
    column.entries.at(vf.index()) = memory_enable ? BarEntry(root, base) : BarEntry{};
    rebuild(column);
}

void BarTables::clear(pcie::VfIndex vf) {
    for (Column& column : columns_) {
        column.entries.at(vf.index()) = BarEntry{};
        rebuild(column);
    }
}

std::optional<BarHit> BarTables::find(pcie::RootId root, std::uint64_t address) const noexcept {
    for (std::uint8_t bar = 0; bar < bar_count; ++bar) {
        const Column& column = columns_[bar];
        if (column.bytes == 0) {
            continue;
        }
        if (const auto entry = column.index.find(key(column, root, address))) {
            return BarHit{bar, pcie::VfIndex(*entry), address & (column.bytes - 1)};
        }
    }
    return std::nullopt;
}

std::uint64_t BarTables::compose(const BarHit& hit) const noexcept {
    const Column& column = columns_[hit.bar];
    return column.master_base + hit.vf.value() * column.bytes + hit.offset;
}

std::optional<pcie::VfIndex> BarTables::find_master(std::uint64_t address) const noexcept {
    for (const Column& column : columns_) {
        if (column.bytes != 0 && address >= column.master_base &&
            address - column.master_base < column.bytes * column.entries.size()) {
            return pcie::VfIndex(static_cast<std::uint16_t>((address - column.master_base) >> column.size_bits));
        }
    }
    return std::nullopt;
}

void BarTables::rebuild(Column& column) {
    column.index.clear();
    if (column.bytes == 0) {
        return;
    }
    for (std::size_t vf = 0; vf < column.entries.size(); ++vf) {
        const BarEntry entry = column.entries[vf];
        if (entry.enabled()) { // a second entry with this key is left out: the lower VF wins
            static_cast<void>(
                column.index.insert(key(column, entry.root(), entry.base()), static_cast<std::uint16_t>(vf)));
        }
    }
}

} // namespace rootpool::pooling
