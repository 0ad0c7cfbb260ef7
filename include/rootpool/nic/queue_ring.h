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

    /// Descriptors from the head on that software has handed over. A tail outside the ring hands over none.
    [[nodiscard]] std::uint32_t available() const noexcept {
        if (!enabled || tail >= length || head >= length) {
            return 0;
        }
        return tail >= head ? tail - head : tail + length - head;
    }
    /// Descriptors that lie in one piece from the head to the end of the ring.
    [[nodiscard]] std::uint32_t to_end() const noexcept { return length - head; }
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
