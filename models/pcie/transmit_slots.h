#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/types.h"

namespace rootpool::models {

/// Places of a port's transmit buffer, by flow class. A TLP has one from its grant until it starts on the wire.
class TransmitSlots {
public:
    explicit TransmitSlots(std::size_t of_each_class) : starts_(pcie::flow_class_count) {
        for (auto& ring : starts_) {
            ring.assign(of_each_class, SimTime{-1});
        }
    }

    void take(pcie::FlowClass flow) noexcept { ++waiting_[index(flow)]; }
    void start(pcie::FlowClass flow, SimTime at) noexcept {
        auto& ring = starts_[index(flow)];
        --waiting_[index(flow)];
        ring[next_[index(flow)]] = at;
        next_[index(flow)] = (next_[index(flow)] + 1) % ring.size();
    }
    void give_back(pcie::FlowClass flow) noexcept { --waiting_[index(flow)]; }

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_[0] + waiting_[1] + waiting_[2]; }
    /// A place is free at any time after this; core::never: not before one more starts.
    [[nodiscard]] SimTime free_after(pcie::FlowClass flow) const noexcept {
        const auto& ring = starts_[index(flow)];
        const std::size_t waiting = waiting_[index(flow)];
        // Of the TLPs that started, those that started last may still have a place at a time before their start.
        return waiting >= ring.size() ? core::never : ring[(next_[index(flow)] + waiting) % ring.size()];
    }

private:
    [[nodiscard]] static std::size_t index(pcie::FlowClass flow) noexcept { return static_cast<std::size_t>(flow); }

    std::vector<std::vector<SimTime>> starts_; ///< of the last TLPs, a ring for each class
    std::array<std::size_t, pcie::flow_class_count> next_{};
    std::array<std::size_t, pcie::flow_class_count> waiting_{};
};

} // namespace rootpool::models
