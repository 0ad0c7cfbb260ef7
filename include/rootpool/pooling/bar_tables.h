#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/pcie/types.h"
#include "rootpool/pooling/device_profile.h"
#include "rootpool/pooling/key_index.h"

namespace rootpool::pooling {

/// One 64-bit word of an address CAM: base address 63:12, RootId 8:1 of the low bits, memory enable 0. The size mask is
/// common to the column: all VFs of one PF have equal BARs (SR-IOV 3.3.14).
class BarEntry {
public:
    constexpr BarEntry() noexcept = default;
    constexpr BarEntry(pcie::RootId root, std::uint64_t base) noexcept
        : bits_((base & ~std::uint64_t{0xFFF}) | static_cast<std::uint64_t>(root.value()) << 1U | 1U) {}

    [[nodiscard]] constexpr bool enabled() const noexcept { return (bits_ & 1U) != 0; }
    [[nodiscard]] constexpr std::uint64_t base() const noexcept { return bits_ & ~std::uint64_t{0xFFF}; }
    [[nodiscard]] constexpr pcie::RootId root() const noexcept {
        return pcie::RootId(static_cast<std::uint8_t>(bits_ >> 1U));
    }
    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }

private:
    std::uint64_t bits_ = 0;
};
static_assert(sizeof(BarEntry) == 8, "the paper's tables have 64-bit entries");

/// What the six CAMs say of an address.
struct BarHit {
    std::uint8_t bar = 0;
    pcie::VfIndex vf;
    std::uint64_t offset = 0; ///< within the BAR
};

/// The six address CAMs (one per BAR) and the RAM with the master's base addresses. A slave that programs two of its
/// own VFs to one address gets the lower VF, as from a priority encoder; another root's entries never match, since the
/// RootId is part of the key.
class BarTables {
public:
    explicit BarTables(unsigned vfs);

    /// The master's side: where the VFs' BAR `bar` starts for VF 0 and how much each VF has: a power of two of at least
    /// 4 KB, or 0 for "not implemented". Throws core::ModelViolation for another size: the snoop computes it as one.
    void set_master(std::uint8_t bar, std::uint64_t base, std::uint64_t bytes_per_vf);
    /// The slave's side: base and memory enable of one VF's BAR.
    void set_slave(std::uint8_t bar, pcie::VfIndex vf, pcie::RootId root, std::uint64_t base, bool memory_enable);
    void clear(pcie::VfIndex vf);

    /// Looks a slave's address up in all six CAMs.
    [[nodiscard]] std::optional<BarHit> find(pcie::RootId root, std::uint64_t address) const noexcept;
    /// Composes the address that the device knows: master base + VF index * size + offset.
    [[nodiscard]] std::uint64_t compose(const BarHit& hit) const noexcept;
    /// Which VF's BAR an address of the master falls into.
    [[nodiscard]] std::optional<pcie::VfIndex> find_master(std::uint64_t address) const noexcept;

    [[nodiscard]] std::uint64_t bytes_per_vf(std::uint8_t bar) const noexcept { return columns_[bar].bytes; }

private:
    struct Column {
        explicit Column(unsigned vfs) : entries(vfs), index(vfs) {}
        std::vector<BarEntry> entries;
        KeyIndex index;
        std::uint64_t master_base = 0;
        std::uint64_t bytes = 0;
        unsigned size_bits = 0;
    };
    /// Bits 63:52 of no 52-bit physical page are ever set together with a root number, so key = root above the page
    /// number.
    [[nodiscard]] static std::uint64_t key(const Column& column, pcie::RootId root, std::uint64_t address) noexcept {
        return static_cast<std::uint64_t>(root.value()) << 52U | address >> column.size_bits;
    }
    static void rebuild(Column& column);

    std::vector<Column> columns_;
};

} // namespace rootpool::pooling
