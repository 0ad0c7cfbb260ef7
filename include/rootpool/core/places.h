#pragma once

#include <cstddef>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::core {

/// A number of places (buffers, credits, tags) that are taken and given back at times that may lie ahead. Nothing is
/// allocated after construction.
class Places {
public:
    explicit Places(std::size_t count) : count_(count), freed_(count, SimTime{-1}) {}

    void take() noexcept {
        ++taken_;
        oldest_ = after(oldest_);
    }
    /// A place is free after `at`, which may be before times that were said earlier.
    void give_back(SimTime at) noexcept {
        --taken_;
        std::size_t place = next_;
        for (std::size_t moved = 1; moved < count_ && freed_[before(place)] > at; ++moved) {
            freed_[place] = freed_[before(place)];
            place = before(place);
        }
        freed_[place] = at;
        next_ = after(next_);
    }

    /// Those that nobody has said a time for.
    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    /// Some place is taken just before `time`.
    [[nodiscard]] bool any_taken_at(SimTime time) const noexcept { return taken_ != 0 || given_back(0) >= time; }
    /// When the last place was given back before `time`, of as many as there are places; before time 0: never.
    [[nodiscard]] SimTime last_before(SimTime time) const noexcept {
        SimTime found{-1};
        for (const SimTime freed : freed_) {
            found = freed < time && freed > found ? freed : found;
        }
        return found;
    }
    /// A place is free at any time after this; core::never: not before one more is given back.
    [[nodiscard]] SimTime free_after() const noexcept { return taken_ >= count_ ? never : freed_[oldest_]; }
    /// The times of the last places that were given back, the latest first: `back` is below the number of places.
    [[nodiscard]] SimTime given_back(std::size_t back) const noexcept {
        return freed_[next_ > back ? next_ - back - 1 : next_ + count_ - back - 1];
    }

private:
    [[nodiscard]] std::size_t before(std::size_t place) const noexcept { return (place == 0 ? count_ : place) - 1; }
    [[nodiscard]] std::size_t after(std::size_t place) const noexcept { return place + 1 == count_ ? 0 : place + 1; }

    std::size_t count_;
    std::vector<SimTime> freed_; ///< the last times in order, a ring
    std::size_t next_ = 0;
    std::size_t oldest_ = 0; ///< the place that is free first, of those that are not taken
    std::size_t taken_ = 0;
};

} // namespace rootpool::core
