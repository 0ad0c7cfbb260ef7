#include "models/core/wheel_scheduler.h"

#include <algorithm>
#include <exception>

namespace rootpool::models {

/// What an exception of a callback leaves, too, is a scheduler that goes on with the next timer.
class WheelScheduler::Running {
public:
    explicit Running(WheelScheduler& scheduler) : scheduler_(scheduler), exceptions_(std::uncaught_exceptions()) {
        scheduler_.wake_at_ = core::never;
        scheduler_.running_ = true;
        KernelTime::begin_run();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        scheduler_.running_ = false;
        if (std::uncaught_exceptions() == exceptions_) { // otherwise who catches it asks when it was thrown
            KernelTime::end_run();
        }
        scheduler_.wake_for_first();
    }

private:
    WheelScheduler& scheduler_;
    int exceptions_;
};

WheelScheduler::WheelScheduler(const sc_core::sc_module_name& name) : Scheduler(name) {
    SC_METHOD(run);
    sensitive << wake_;
    dont_initialize();
}

void WheelScheduler::run() {
    const Running running(*this);
    for (Timer* timer = first(); timer != nullptr && !KernelTime::paused(); timer = first()) {
        if (timer->deadline() > now() && !KernelTime::advance_to(timer->deadline())) {
            break;
        }
        reached_ = timer->deadline();
        fire(*timer);
    }
}

void WheelScheduler::insert(Timer& timer) {
    if (timer.deadline() - now() < TimerWheel::span) {
        soon_.insert(timer);
    } else {
        later_.insert(timer);
    }
    if (!running_) {
        wake_for_first();
    }
}

void WheelScheduler::remove(Timer& timer) noexcept {
    if (timer.queue_ == Timer::Queue::wheel) {
        soon_.remove(timer);
    } else {
        later_.remove(timer);
    }
}

Timer* WheelScheduler::first() const noexcept {
    Timer* soon = soon_.first(std::max(now(), reached_)); // behind a run the kernel's time may lag
    Timer* later = later_.first();
    return soon == nullptr || (later != nullptr && later->is_before(*soon)) ? later : soon;
}

bool WheelScheduler::any_due() const noexcept {
    const Timer* timer = first();
    return timer != nullptr && timer->deadline() <= now();
}

void WheelScheduler::wake_for_first() {
    const Timer* timer = first();
    if (timer != nullptr && timer->deadline() < wake_at_) { // sc_event keeps the earlier of two notifications
        wake_at_ = timer->deadline();
        KernelTime::notify(wake_, wake_at_);
    }
}

} // namespace rootpool::models
