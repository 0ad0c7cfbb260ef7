#pragma once

#include <cstdint>

#include "rootpool/nic/descriptors.h"

namespace rootpool::nic {

/// A descriptor ring as its queue uses it: base and length are latched when software enables the queue.
struct QueueRing {
    bool enabled = false;
    std::uint64_t base = 0;
    std::uint32_t length = 0; ///< descriptors
    std::uint32_t head = 0;   ///< next descriptor that the device takes
    std::uint32_t tail = 0;   ///< first descriptor that software owns; what it wrote, not yet checked

    /// Descriptors from `index` on that software has handed over. A tail or an index outside the ring makes none.
    [[nodiscard]] std::uint32_t available_from(std::uint32_t index) const noexcept {
        if (!enabled || tail >= length || index >= length) {
            return 0;
        }
        return tail >= index ? tail - index : tail + length - index;
    }
    [[nodiscard]] std::uint32_t available() const noexcept { return available_from(head); }
    /// Of `count` descriptors from `index` on, how many come before the ring wraps.
    [[nodiscard]] std::uint32_t before_wrap(std::uint32_t index, std::uint32_t count) const noexcept {
        return count < length - index ? count : length - index;
    }
    [[nodiscard]] std::uint64_t address(std::uint32_t index) const noexcept {
        return base + std::uint64_t{index} * descriptor_bytes;
    }
    [[nodiscard]] std::uint32_t after(std::uint32_t index, std::uint32_t count) const noexcept {
        return (index + count) % length;
    }
    /// Takes `count` <= available() descriptors.
    void take(std::uint32_t count) noexcept { head = after(head, count); }
};

} // namespace rootpool::nic
