#pragma once

#include <array>
#include <cstddef>

#include "rootpool/core/places.h"
#include "rootpool/pcie/types.h"

namespace rootpool::models {

/// Places of a port's transmit buffer, by flow class. A TLP has one from its grant until it starts on the wire.
class TransmitSlots {
public:
    static constexpr std::size_t most_counted = 16;

    explicit TransmitSlots(std::size_t of_each_class)
        : places_{core::Places(of_each_class), core::Places(of_each_class), core::Places(of_each_class)} {}

    void take(pcie::FlowClass flow) noexcept {
        of(flow).take();
        all_.take();
    }
    /// At `at` a TLP starts, or a link that is down hands it back.
    void leave(pcie::FlowClass flow, SimTime at) noexcept {
        of(flow).give_back(at);
        all_.give_back(at);
    }

    [[nodiscard]] std::size_t waiting() const noexcept { return all_.taken(); }
    [[nodiscard]] std::size_t waiting(pcie::FlowClass flow) const noexcept {
        return places_[static_cast<std::size_t>(flow)].taken();
    }
    /// By FlowClass, see core::Places::free_after().
    [[nodiscard]] std::array<SimTime, pcie::flow_class_count> free_after() const noexcept {
        return {places_[0].free_after(), places_[1].free_after(), places_[2].free_after()};
    }

    [[nodiscard]] bool any_waiting_at(pcie::FlowClass flow, SimTime time) const noexcept {
        return places_[static_cast<std::size_t>(flow)].any_taken_at(time);
    }
    /// See core::Places::last_before().
    [[nodiscard]] SimTime last_before(pcie::FlowClass flow, SimTime time) const noexcept {
        return places_[static_cast<std::size_t>(flow)].last_before(time);
    }

    /// The time after which fewer than `limit` TLPs of all classes wait, see core::Places::fewer_after(). `limit` is at
    /// most most_counted.
    [[nodiscard]] SimTime fewer_after(std::size_t limit) const noexcept { return all_.fewer_after(limit); }

private:
    [[nodiscard]] core::Places& of(pcie::FlowClass flow) noexcept { return places_[static_cast<std::size_t>(flow)]; }

    std::array<core::Places, pcie::flow_class_count> places_;
    core::Places all_{most_counted};
};

} // namespace rootpool::models
