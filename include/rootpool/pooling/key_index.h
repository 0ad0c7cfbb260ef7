#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace rootpool::pooling {

/// The host's short cut to what a CAM does in one cycle: an open-addressing hash from a 64-bit key to an entry number.
/// Not part of the modelled hardware. Tables change rarely (a configuration write), so a change rebuilds the whole
/// index.
class KeyIndex {
public:
    explicit KeyIndex(std::size_t entries);

    void clear() noexcept;
    /// Keeps the entry that is there already if the key is known; returns whether the key was new.
    bool insert(std::uint64_t key, std::uint16_t entry) noexcept;
    [[nodiscard]] std::optional<std::uint16_t> find(std::uint64_t key) const noexcept;

private:
    struct Slot {
        std::uint64_t key = 0;
        std::uint16_t entry = 0;
        bool used = false;
    };
    [[nodiscard]] std::size_t position(std::uint64_t key) const noexcept;

    std::vector<Slot> slots_;
    unsigned shift_ = 0;
};

} // namespace rootpool::pooling
