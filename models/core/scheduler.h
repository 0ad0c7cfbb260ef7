#pragma once

#include <cstdint>
#include <systemc>

#include "models/core/kernel_time.h"
#include "models/core/timer.h"
#include "models/core/timer_heap.h"
#include "models/core/timer_wheel.h"

namespace rootpool::models {

/// Runs all timers of a simulation from one SC_METHOD, in front of SystemC's event queue, which so holds one entry: a
/// wheel for those that fire soon, as on the data path, and a heap for all others.
class Scheduler : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Scheduler);
    explicit Scheduler(const sc_core::sc_module_name& name);

    /// Timers that have fired so far: the cost measure of a run that does not depend on the machine.
    [[nodiscard]] std::uint64_t fired() const noexcept { return fired_; }

private:
    friend class Timer;
    class Running;

    void run();
    void insert(Timer& timer);
    void remove(Timer& timer) noexcept;
    [[nodiscard]] Timer* first() const noexcept;
    void wake_for_first();

    TimerWheel soon_;
    TimerHeap later_;
    sc_core::sc_event wake_;
    SimTime wake_at_ = core::never;
    SimTime reached_{};        ///< by the timers
    std::uint64_t timers_ = 0; ///< constructed so far
    std::uint64_t fired_ = 0;
    bool running_ = false;
};

} // namespace rootpool::models
