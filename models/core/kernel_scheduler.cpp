#include "models/core/kernel_scheduler.h"

namespace rootpool::models {

KernelScheduler::KernelScheduler(const sc_core::sc_module_name& name) : Scheduler(name) {
    SC_METHOD(fire_due);
    sensitive << any_due_;
    dont_initialize();
}

void KernelScheduler::fire_due() {
    if (Timer* timer = due_.first()) {
        any_due_.notify(sc_core::SC_ZERO_TIME); // for the next, whatever this one does
        fire(*timer);
    }
}

void KernelScheduler::insert(Timer& timer) {
    if (timer.deadline() == now()) {
        due_.insert(timer);
        any_due_.notify(sc_core::SC_ZERO_TIME);
        return;
    }
    timer.queue_ = Timer::Queue::kernel;
    Alarm& alarm = alarm_of(timer);
    alarm.timer = &timer;
    alarm.event.notify(to_sc_time(timer.deadline() - now()));
}

void KernelScheduler::remove(Timer& timer) noexcept {
    if (timer.queue_ == Timer::Queue::heap) {
        due_.remove(timer);
    } else {
        alarms_.at(timer.number())->event.cancel();
        timer.queue_ = Timer::Queue::none;
    }
}

KernelScheduler::Alarm& KernelScheduler::alarm_of(const Timer& timer) {
    std::unique_ptr<Alarm>& alarm = alarms_[timer.number()];
    if (!alarm) {
        alarm = std::make_unique<Alarm>();
        sc_core::sc_spawn_options options;
        options.spawn_method();
        options.dont_initialize();
        options.set_sensitivity(&alarm->event);
        sc_core::sc_spawn(
            [this, &due = *alarm] {
                due_.insert(*due.timer);
                any_due_.notify(sc_core::SC_ZERO_TIME);
            },
            sc_core::sc_gen_unique_name("alarm"), &options);
    }
    return *alarm;
}

} // namespace rootpool::models
