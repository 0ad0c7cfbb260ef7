#pragma once

#include <cstdint>

#include "rootpool/core/ring_queue.h"
#include "rootpool/pcie/link_clock.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

inline constexpr std::uint16_t sequence_mask = 0xFFF; ///< sequence numbers have 12 bits (PCIe base 3.6.1)

/// TLPs that were sent and not acknowledged, by sequence number (PCIe base 3.6.2).
class RetryBuffer {
public:
    struct Entry {
        pcie::TlpPtr tlp;
        std::uint16_t sequence = 0;
        bool accepted = false;    ///< a start of it was accepted; its Ack is on the way
        pcie::LinkTick start = 0; ///< on the wire, the last time
        pcie::LinkTick end = 0;
    };

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// Fewer than 2048 TLPs may be unacknowledged (PCIe base 3.6.2.1).
    static constexpr std::size_t capacity = 2047;
    [[nodiscard]] bool full() const noexcept { return entries_.size() >= capacity; }
    /// That the next TLP gets.
    [[nodiscard]] std::uint16_t next_sequence() const noexcept { return next_; }
    [[nodiscard]] Entry& operator[](std::size_t index) noexcept { return entries_[index]; }
    [[nodiscard]] std::size_t not_accepted() const noexcept { return not_accepted_; }

    Entry& add(pcie::TlpPtr tlp) {
        entries_.push({std::move(tlp), next_, false, 0, 0});
        next_ = (next_ + 1U) & sequence_mask;
        ++not_accepted_;
        return entries_.back();
    }
    void accept(Entry& entry) noexcept {
        not_accepted_ -= entry.accepted ? 0U : 1U;
        entry.accepted = true;
    }
    /// Drops all TLPs up to this number. How many these are; 0: an old acknowledgement.
    std::size_t acknowledge(std::uint16_t sequence) {
        if (entries_.empty()) {
            return 0;
        }
        const std::size_t covered = (sequence - entries_.front().sequence + 1U) & sequence_mask;
        if (covered > entries_.size()) {
            return 0;
        }
        for (std::size_t i = 0; i < covered; ++i) {
            not_accepted_ -= entries_.front().accepted ? 0U : 1U;
            entries_.pop_front();
        }
        return covered;
    }
    void reset() {
        entries_.clear();
        next_ = 0;
        not_accepted_ = 0;
    }

private:
    core::RingQueue<Entry> entries_;
    std::uint16_t next_ = 0;
    std::size_t not_accepted_ = 0;
};

} // namespace rootpool::models
