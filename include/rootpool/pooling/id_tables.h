#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/pcie/types.h"
#include "rootpool/pooling/key_index.h"

namespace rootpool::pooling {

/// A function as one root sees it.
struct RootFunction {
    pcie::RootId root;
    pcie::Bdf function;
    friend bool operator==(const RootFunction&, const RootFunction&) = default;
};

/// One 64-bit word of the ID tables: valid 63, RootId 23:16, routing ID 15:0.
class IdEntry {
public:
    constexpr IdEntry() noexcept = default;
    constexpr explicit IdEntry(RootFunction owner) noexcept
        : bits_(valid_bit | static_cast<std::uint64_t>(owner.root.value()) << 16U | owner.function.routing_id()) {}

    [[nodiscard]] constexpr bool valid() const noexcept { return (bits_ & valid_bit) != 0; }
    [[nodiscard]] constexpr RootFunction owner() const noexcept {
        return {pcie::RootId(static_cast<std::uint8_t>(bits_ >> 16U)), pcie::Bdf(static_cast<std::uint16_t>(bits_))};
    }
    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }

private:
    static constexpr std::uint64_t valid_bit = 1ULL << 63U;
    std::uint64_t bits_ = 0;
};
static_assert(sizeof(IdEntry) == 8, "the paper's tables have 64-bit entries");

/// The ID CAM and the ID RAM of one sharing engine: the same entries, looked up by content and by VF index. Both take
/// one clock cycle. The number of entries is the device's number of VFs, whatever the number of roots.
class IdTables {
public:
    explicit IdTables(unsigned vfs);

    /// Lends `vf` as `function` of `root`. Throws core::ModelViolation if that function is taken or the VF is lent: two
    /// entries would hit; PoolManager refuses both beforehand.
    void lend(pcie::VfIndex vf, RootFunction as);
    void take_back(pcie::VfIndex vf);
    /// The secondary-bus register of the root's downstream bridge was written: all its entries move to that bus.
    void set_bus(pcie::RootId root, std::uint8_t bus);

    /// CAM: which VF is this function of this root?
    [[nodiscard]] std::optional<pcie::VfIndex> find(RootFunction function) const noexcept;
    /// RAM: whose is this VF? Out of bounds reads as an invalid entry.
    [[nodiscard]] IdEntry at(pcie::VfIndex vf) const noexcept {
        return vf.index() < entries_.size() ? entries_[vf.index()] : IdEntry{};
    }
    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(entries_.size()); }

private:
    void rebuild();

    std::vector<IdEntry> entries_;
    KeyIndex index_;
};

} // namespace rootpool::pooling
