#include "rootpool/pooling/key_index.h"

#include <algorithm>
#include <bit>

namespace rootpool::pooling {

KeyIndex::KeyIndex(std::size_t entries) {
    const std::size_t slots = std::bit_ceil(entries * 4 + 2); // at most a quarter full: probes stay short
    slots_.resize(slots);
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots));
}

void KeyIndex::clear() noexcept { std::fill(slots_.begin(), slots_.end(), Slot{}); }

std::size_t KeyIndex::position(std::uint64_t key) const noexcept {
    std::size_t at = key * 0x9E37'79B9'7F4A'7C15ULL >> shift_;
    while (slots_[at].used && slots_[at].key != key) {
        at = (at + 1) & (slots_.size() - 1);
    }
    return at;
}

bool KeyIndex::insert(std::uint64_t key, std::uint16_t entry) noexcept {
    Slot& slot = slots_[position(key)];
    if (slot.used) {
        return false;
    }
    slot = {key, entry, true};
    return true;
}

std::optional<std::uint16_t> KeyIndex::find(std::uint64_t key) const noexcept {
    const Slot& slot = slots_[position(key)];
    return slot.used ? std::optional(slot.entry) : std::nullopt;
}

} // namespace rootpool::pooling
