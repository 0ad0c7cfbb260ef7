#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <systemc>

#include "models/core/kernel_time.h"
#include "models/core/timer.h"
#include "rootpool/core/timer_queue.h"

namespace rootpool::models {

/// Where the timers of a simulation wait for their time. How they wait is the business of those that implement it; what
/// happens, and when, does not depend on it.
class Scheduler : public sc_core::sc_module {
public:
    /// Timers that have fired so far: the cost measure of a run that does not depend on the machine.
    [[nodiscard]] std::uint64_t fired() const noexcept { return fired_; }

    /// In a process of the kernel: waits for `span`, for `event` or one of several, or for what comes first. Then goes
    /// on when no timer of that moment is left and it is its turn: of the processes of one moment the one that has
    /// waited longest is the first. So their order does not depend on who keeps the timers.
    void wait_for(SimTime span);
    void wait_for(const sc_core::sc_event& event);
    void wait_for(const sc_core::sc_event_or_list& events);
    void wait_for(SimTime span, const sc_core::sc_event& event);

protected:
    explicit Scheduler(const sc_core::sc_module_name& name) : sc_module(name) {}

    /// Takes the timer, which is due, out of its queue and calls back.
    void fire(Timer& timer) {
        remove(timer);
        ++fired_;
        timer.callback_();
    }

private:
    friend class Timer;

    /// The timer's deadline is not before now.
    virtual void insert(Timer& timer) = 0;
    virtual void remove(Timer& timer) noexcept = 0;
    /// A timer is armed for now and has not fired.
    [[nodiscard]] virtual bool any_due() const noexcept = 0;

    template <typename... Until>
    void wait_and_take_turn(const Until&... until);
    void take_turn(std::uint64_t wait);

    std::uint64_t timers_ = 0; ///< constructed so far
    std::uint64_t fired_ = 0;
    std::uint64_t waits_ = 0;       ///< of processes, so far
    std::uint64_t turns_ = 0;       ///< processes that came to wait for their turn, and that went on
    std::set<std::uint64_t> woken_; ///< waits that are over, of processes that have not gone on
};

/// A WheelScheduler or a KernelScheduler.
[[nodiscard]] std::unique_ptr<Scheduler> make_scheduler(const char* name, core::TimerQueue queue);

} // namespace rootpool::models
