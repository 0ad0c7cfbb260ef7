#pragma once

#include <memory>
#include <unordered_map>

#include "models/core/scheduler.h"
#include "models/core/timer_heap.h"

namespace rootpool::models {

/// An event of SystemC's own queue for each timer: what WheelScheduler is compared with. Those that are due at one
/// moment fire in the order of their construction here, too.
class KernelScheduler final : public Scheduler {
public:
    SC_HAS_PROCESS(KernelScheduler);
    explicit KernelScheduler(const sc_core::sc_module_name& name);

private:
    /// Notified when its timer is due.
    struct Alarm {
        sc_core::sc_event event;
        Timer* timer = nullptr;
    };

    void fire_due();
    void insert(Timer& timer) override;
    void remove(Timer& timer) noexcept override;
    /// Of alarms of one moment none is left when a process that waited for it runs: SystemC runs methods before
    /// threads.
    [[nodiscard]] bool any_due() const noexcept override { return due_.first() != nullptr; }
    [[nodiscard]] Alarm& alarm_of(const Timer& timer);

    /// By number of the timer. Those of timers that are gone stay: SystemC keeps their processes anyway.
    std::unordered_map<std::uint64_t, std::unique_ptr<Alarm>> alarms_;
    TimerHeap due_;
    sc_core::sc_event any_due_;
};

} // namespace rootpool::models
