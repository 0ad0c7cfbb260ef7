#pragma once

#include <cstdint>

#include "rootpool/core/delegate.h"
#include "rootpool/core/time.h"

namespace rootpool::models {

class Scheduler;

/// A one-shot callback at a moment of simulated time. Owned by the module that it serves; the scheduler outlives it.
class Timer {
public:
    using Callback = core::Delegate<void()>;

    Timer(Scheduler& scheduler, Callback callback) noexcept;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }

    /// Fires at `at` (not before now). Arming an armed timer moves it.
    void arm(SimTime at);
    /// Like arm(), but an armed timer that fires earlier stays as it is.
    void arm_no_later_than(SimTime at) {
        if (!armed() || at < at_) {
            arm(at);
        }
    }
    void cancel() noexcept;
    [[nodiscard]] bool armed() const noexcept { return queue_ != Queue::none; }
    [[nodiscard]] SimTime deadline() const noexcept { return at_; }
    /// Which of its scheduler's it is, in the order of construction.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    /// Timers of one moment fire in the order in which they were constructed: who was armed first may depend on how far
    /// ahead others decide.
    [[nodiscard]] bool is_before(const Timer& other) const noexcept {
        return at_ < other.at_ || (at_ == other.at_ && number_ < other.number_);
    }

private:
    friend class Scheduler;
    friend class KernelScheduler;
    friend class WheelScheduler;
    friend class TimerHeap;
    friend class TimerWheel;
    enum class Queue : std::uint8_t { none, wheel, heap, kernel };

    Scheduler& scheduler_;
    Callback callback_;
    SimTime at_{};
    std::uint64_t number_;
    Queue queue_ = Queue::none; ///< in which it is, as this says itself
    std::size_t position_ = 0;  ///< in the heap
    Timer* next_ = nullptr;     ///< in a slot of the wheel
    Timer* previous_ = nullptr;
};

} // namespace rootpool::models
