#pragma once

#include "models/core/scheduler.h"
#include "models/core/timer_heap.h"
#include "models/core/timer_wheel.h"

namespace rootpool::models {

/// Runs all timers of a simulation from one SC_METHOD, in front of SystemC's event queue, which so holds one entry: a
/// wheel for those that fire soon, as on the data path, and a heap for all others.
class WheelScheduler final : public Scheduler {
public:
    SC_HAS_PROCESS(WheelScheduler);
    explicit WheelScheduler(const sc_core::sc_module_name& name);

private:
    class Running;

    void run();
    void insert(Timer& timer) override;
    void remove(Timer& timer) noexcept override;
    [[nodiscard]] bool any_due() const noexcept override;
    [[nodiscard]] Timer* first() const noexcept;
    void wake_for_first();

    TimerWheel soon_;
    TimerHeap later_;
    sc_core::sc_event wake_;
    SimTime wake_at_ = core::never;
    SimTime reached_{}; ///< by the timers
    bool running_ = false;
};

} // namespace rootpool::models
