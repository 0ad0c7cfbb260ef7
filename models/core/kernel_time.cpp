#include "models/core/kernel_time.h"

#include <algorithm>

namespace rootpool::models {

void KernelTime::begin_run() {
    ahead_ = kernel();
    paused_ = false;
    if (end_of_run_for_ == SimTime{0}) {
        limit_ = {};
        return;
    }
    const sc_core::sc_time pending = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext());
    const SimTime left = end_of_run_for_ - kernel();
    const bool far = pending > to_sc_time(left);
    limit_ = far ? end_of_run_for_ - SimTime{1} // sc_start() leaves what is at its end to the next one
                 : kernel() + SimTime{static_cast<std::int64_t>(pending.value())} - SimTime{1};
}

void KernelTime::run_for(SimTime span) {
    end_of_run_for_ = kernel() + span;
    try {
        sc_core::sc_start(to_sc_time(span));
    } catch (...) {
        end_of_run_for_ = {};
        throw;
    }
    end_of_run_for_ = {};
}

void KernelTime::pause() {
    paused_ = true;
    sc_core::sc_pause();
}

void KernelTime::notify(sc_core::sc_event& event, SimTime at) {
    limit_ = std::min(limit_, std::max(now(), at - SimTime{1}));
    event.notify(to_sc_time(at - kernel())); // of no time: in the next delta cycle
}

} // namespace rootpool::models
