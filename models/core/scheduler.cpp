#include "models/core/scheduler.h"

#include <algorithm>

#include "rootpool/core/error.h"

namespace rootpool::models {

/// What an exception of a callback leaves, too, is a scheduler that goes on with the next timer.
class Scheduler::Running {
public:
    explicit Running(Scheduler& scheduler) : scheduler_(scheduler) {
        scheduler_.wake_at_ = core::never;
        scheduler_.running_ = true;
        KernelTime::begin_run();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        scheduler_.running_ = false;
        KernelTime::end_run();
        scheduler_.wake_for_first();
    }

private:
    Scheduler& scheduler_;
};

Timer::Timer(Scheduler& scheduler, Callback callback) noexcept
    : scheduler_(scheduler), callback_(callback), number_(scheduler.timers_++) {}

void Timer::arm(SimTime at) {
    cancel();
    at_ = at;
    scheduler_.insert(*this);
}

void Timer::cancel() noexcept {
    if (armed()) {
        scheduler_.remove(*this);
    }
}

Scheduler::Scheduler(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(run);
    sensitive << wake_;
    dont_initialize();
}

void Scheduler::run() {
    const Running running(*this);
    while (Timer* timer = first()) {
        if (timer->at_ > now() && !KernelTime::advance_to(timer->at_)) {
            break;
        }
        remove(*timer);
        reached_ = timer->at_;
        ++fired_;
        timer->callback_();
    }
}

void Scheduler::insert(Timer& timer) {
    const SimTime time = now();
    if (timer.at_ < time) {
        throw core::ModelViolation("a timer was armed for a moment that has passed");
    }
    if (timer.at_ - time < TimerWheel::span) {
        soon_.insert(timer);
        timer.queue_ = Timer::Queue::wheel;
    } else {
        later_.insert(timer);
        timer.queue_ = Timer::Queue::heap;
    }
    if (!running_) {
        wake_for_first();
    }
}

void Scheduler::remove(Timer& timer) noexcept {
    if (timer.queue_ == Timer::Queue::wheel) {
        soon_.remove(timer);
    } else {
        later_.remove(timer);
    }
    timer.queue_ = Timer::Queue::none;
}

Timer* Scheduler::first() const noexcept {
    Timer* soon = soon_.first(std::max(now(), reached_)); // behind a run the kernel's time may lag
    Timer* later = later_.first();
    return soon == nullptr || (later != nullptr && later->is_before(*soon)) ? later : soon;
}

void Scheduler::wake_for_first() {
    const Timer* timer = first();
    if (timer != nullptr && timer->at_ < wake_at_) { // sc_event keeps the earlier of two notifications
        wake_at_ = timer->at_;
        KernelTime::notify(wake_, wake_at_);
    }
}

} // namespace rootpool::models
