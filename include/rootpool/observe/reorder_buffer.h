#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::observe {

/// Puts records back into the order of time. The models pass stages whose outcome is decided in advance, so that
/// sightings of different places do not come in order; they are at most a look-ahead apart. A record leaves when one
/// has been seen that is `horizon` later; records of one moment leave by rank, then in the order in which they came.
/// Slots are reused: nothing is allocated in a steady state.
template <typename Record>
class ReorderBuffer {
public:
    explicit ReorderBuffer(SimTime horizon) noexcept : horizon_(horizon) {}

    /// Takes a record; `fill(record)` writes it into a used slot. Then calls `emit(record)` for each that is due.
    template <typename Fill, typename Emit>
    void push(SimTime at, Fill&& fill, Emit&& emit, std::uint8_t rank = 0) {
        if (free_.empty()) {
            free_.push_back(slots_.size());
            slots_.emplace_back();
        }
        const std::size_t slot = free_.back();
        free_.pop_back();
        std::forward<Fill>(fill)(slots_[slot]);
        heap_.push_back({at, rank, ++last_order_, slot});
        std::push_heap(heap_.begin(), heap_.end(), later);
        latest_ = std::max(latest_, at);
        while (!heap_.empty() && heap_.front().at + horizon_ < latest_) {
            pop(emit);
        }
    }
    /// Emits all that is left.
    template <typename Emit>
    void flush(Emit&& emit) {
        while (!heap_.empty()) {
            pop(emit);
        }
    }

private:
    struct Entry {
        SimTime at;
        std::uint8_t rank;
        std::uint64_t order;
        std::size_t slot;
    };

    /// Order of the heap, whose first entry is the earliest.
    [[nodiscard]] static bool later(const Entry& a, const Entry& b) noexcept {
        return std::tie(a.at, a.rank, a.order) > std::tie(b.at, b.rank, b.order);
    }

    template <typename Emit>
    void pop(Emit& emit) {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        const std::size_t slot = heap_.back().slot;
        heap_.pop_back();
        emit(slots_[slot]);
        free_.push_back(slot);
    }

    SimTime horizon_;
    SimTime latest_{};
    std::uint64_t last_order_ = 0;
    std::vector<Entry> heap_;
    std::vector<Record> slots_;
    std::vector<std::size_t> free_;
};

/// Longer than any look-ahead of the models: several maximum payloads on a x1 link and a cable.
inline constexpr SimTime default_reorder_horizon = 20us;

} // namespace rootpool::observe
