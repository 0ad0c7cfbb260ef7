#pragma once

#include <systemc>
#include <type_traits>

#include "rootpool/core/time.h"

namespace rootpool::models {

/// SystemC time of a SimTime. The simulation runs at a resolution of 1 fs, so both count the same thing.
///
/// sc_time::from_value() does the same by a call into the SystemC library, eight times per TLP. A standard-layout
/// object may be written through its first member (C++20 [basic.compound]/4), which in SystemC 2.3 is the only one.
[[nodiscard]] inline sc_core::sc_time to_sc_time(SimTime time) {
    using Value = sc_core::sc_time::value_type;
    static_assert(std::is_standard_layout_v<sc_core::sc_time> && sizeof(sc_core::sc_time) == sizeof(Value));
    sc_core::sc_time made;
    reinterpret_cast<Value&>(made) = static_cast<Value>(time.count());
    return made;
}

/// How far the timers have come, ahead of SystemC's kernel: nothing but timers happens between its time and this, so
/// they need not go through its event queue one by one (docs/decisions/0005). One for the process, as the kernel is.
class KernelTime {
public:
    /// What sc_time_stamp() says, without the call into the SystemC library: asked for some twenty times per TLP.
    [[nodiscard]] static SimTime kernel() {
        return SimTime{static_cast<std::int64_t>(sc_core::sc_get_curr_simcontext()->time_stamp().value())};
    }
    /// The simulated time.
    [[nodiscard]] static SimTime now() { return ahead_ == SimTime{0} ? kernel() : ahead_; }
    /// A run of timers begins: asks the kernel what is pending.
    static void begin_run();
    /// Advances to `at`, if no process of the kernel can run before and at it, and run_for() allows it.
    [[nodiscard]] static bool advance_to(SimTime at) noexcept {
        const bool may = at <= limit_;
        ahead_ = may ? at : ahead_;
        return may;
    }
    /// The run ends: the kernel's time is the simulated time again, unless it was paused.
    static void end_run() noexcept { ahead_ = paused_ ? ahead_ : SimTime{0}; }
    /// The timer that calls is the last one to fire: run_for() returns, and the time stays what it is. For what ends a
    /// simulation, since an exception had to pass SystemC; nothing may be run after it.
    static void pause();
    [[nodiscard]] static bool paused() noexcept { return paused_; }
    /// Runs the kernel for `span`. With sc_start() instead, timers go through its event queue one by one.
    static void run_for(SimTime span);
    /// Notifies an event of the kernel at the simulated time. What timers call has to use this.
    static void notify(sc_core::sc_event& event) { notify(event, now()); }
    /// Notifies it at `at`, not before now. No timer passes it.
    static void notify(sc_core::sc_event& event, SimTime at);

private:
    static inline SimTime ahead_{}; ///< 0: no run of timers is under way
    static inline SimTime limit_{}; ///< that `ahead_` may reach in this run
    static inline SimTime end_of_run_for_{};
    static inline bool paused_ = false;
};

[[nodiscard]] inline SimTime now() { return KernelTime::now(); }

} // namespace rootpool::models
