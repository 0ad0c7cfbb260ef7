#include "models/core/scheduler.h"

#include "models/core/kernel_scheduler.h"
#include "models/core/wheel_scheduler.h"
#include "rootpool/core/error.h"

namespace rootpool::models {

Timer::Timer(Scheduler& scheduler, Callback callback) noexcept
    : scheduler_(scheduler), callback_(callback), number_(scheduler.timers_++) {}

void Timer::arm(SimTime at) {
    if (at < now()) {
        throw core::ModelViolation("a timer was armed for a moment that has passed");
    }
    cancel();
    at_ = at;
    scheduler_.insert(*this);
}

void Timer::cancel() noexcept {
    if (armed()) {
        scheduler_.remove(*this);
    }
}

void Scheduler::wait_for(SimTime span) { wait_and_take_turn(to_sc_time(span)); }
void Scheduler::wait_for(const sc_core::sc_event& event) { wait_and_take_turn(event); }
void Scheduler::wait_for(const sc_core::sc_event_or_list& events) { wait_and_take_turn(events); }
void Scheduler::wait_for(SimTime span, const sc_core::sc_event& event) { wait_and_take_turn(to_sc_time(span), event); }

template <typename... Until>
void Scheduler::wait_and_take_turn(const Until&... until) {
    const std::uint64_t wait = waits_++;
    sc_core::wait(until...);
    take_turn(wait);
}

/// The kernel wakes the processes of a moment in an order and in delta cycles that depend on how timers fire. Whoever a
/// timer has notified is awake two delta cycles after it.
void Scheduler::take_turn(std::uint64_t wait) {
    woken_.insert(wait);
    ++turns_;
    unsigned quiet_cycles = 0;
    while (quiet_cycles < 2 || *woken_.begin() != wait) {
        const std::uint64_t turns = turns_;
        const std::uint64_t fired = fired_;
        sc_core::wait(sc_core::SC_ZERO_TIME);
        quiet_cycles = any_due() || turns_ != turns || fired_ != fired ? 0 : quiet_cycles + 1;
    }
    woken_.erase(wait);
    ++turns_;
}

std::unique_ptr<Scheduler> make_scheduler(const char* name, core::TimerQueue queue) {
    if (queue == core::TimerQueue::kernel) {
        return std::make_unique<KernelScheduler>(name);
    }
    return std::make_unique<WheelScheduler>(name);
}

} // namespace rootpool::models
