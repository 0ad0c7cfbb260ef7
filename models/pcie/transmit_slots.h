#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "rootpool/core/places.h"
#include "rootpool/pcie/types.h"

namespace rootpool::models {

/// Places of a port's transmit buffer, by flow class. A TLP has one from its grant until it starts on the wire.
class TransmitSlots {
public:
    explicit TransmitSlots(std::size_t of_each_class)
        : places_{core::Places(of_each_class), core::Places(of_each_class), core::Places(of_each_class)},
          free_after_{places_[0].free_after(), places_[1].free_after(), places_[2].free_after()} {}

    void take(pcie::FlowClass flow) noexcept {
        const auto index = static_cast<std::size_t>(flow);
        places_[index].take();
        free_after_[index] = places_[index].free_after();
    }
    /// At `at` a TLP starts, or a link that is down hands it back.
    void leave(pcie::FlowClass flow, SimTime at) noexcept {
        const auto index = static_cast<std::size_t>(flow);
        places_[index].give_back(at);
        free_after_[index] = places_[index].free_after();
    }

    [[nodiscard]] std::size_t waiting() const noexcept {
        return places_[0].taken() + places_[1].taken() + places_[2].taken();
    }
    [[nodiscard]] std::size_t waiting(pcie::FlowClass flow) const noexcept {
        return places_[static_cast<std::size_t>(flow)].taken();
    }
    /// By FlowClass, see core::Places::free_after().
    [[nodiscard]] const std::array<SimTime, pcie::flow_class_count>& free_after() const noexcept { return free_after_; }

    [[nodiscard]] bool any_waiting_at(pcie::FlowClass flow, SimTime time) const noexcept {
        return places_[static_cast<std::size_t>(flow)].any_taken_at(time);
    }
    /// See core::Places::last_before().
    [[nodiscard]] SimTime last_before(pcie::FlowClass flow, SimTime time) const noexcept {
        return places_[static_cast<std::size_t>(flow)].last_before(time);
    }

    /// Fewer than `limit` TLPs of all classes, 1 to as many as there are places for each, wait at any time after this;
    /// core::never: not before one more starts. What is before `now` is not told apart. Of those that have started, the
    /// last may still wait before their time.
    [[nodiscard]] SimTime fewer_after(std::size_t limit, SimTime now) const noexcept {
        std::array<std::size_t, pcie::flow_class_count> passed{};
        SimTime time = core::never;
        for (std::size_t back = limit - std::min(limit, waiting()); back > 0 && time >= now; --back) {
            std::size_t latest = 0;
            for (std::size_t flow = 1; flow < places_.size(); ++flow) {
                const bool later = places_[flow].given_back(passed[flow]) > places_[latest].given_back(passed[latest]);
                latest = later ? flow : latest;
            }
            time = places_[latest].given_back(passed[latest]++);
        }
        return time;
    }

private:
    std::array<core::Places, pcie::flow_class_count> places_;
    std::array<SimTime, pcie::flow_class_count> free_after_;
};

} // namespace rootpool::models
