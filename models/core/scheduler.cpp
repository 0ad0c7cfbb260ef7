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

void Scheduler::wait_for(SimTime span) {
    sc_core::wait(to_sc_time(span));
    let_timers_come_first();
}

void Scheduler::wait_for(SimTime span, const sc_core::sc_event& event) {
    sc_core::wait(to_sc_time(span), event);
    let_timers_come_first();
}

void Scheduler::wait_for(const sc_core::sc_event& event) {
    sc_core::wait(event);
    let_timers_come_first();
}

void Scheduler::wait_for(const sc_core::sc_event_or_list& events) {
    sc_core::wait(events);
    let_timers_come_first();
}

void Scheduler::let_timers_come_first() {
    while (any_due()) {
        sc_core::wait(sc_core::SC_ZERO_TIME);
    }
}

std::unique_ptr<Scheduler> make_scheduler(const char* name, core::TimerQueue queue) {
    if (queue == core::TimerQueue::kernel) {
        return std::make_unique<KernelScheduler>(name);
    }
    return std::make_unique<WheelScheduler>(name);
}

} // namespace rootpool::models
