#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "rootpool/core/delegate.h"
#include "rootpool/core/time.h"

namespace rootpool::models {

/// SystemC time of a SimTime. The simulation runs at a resolution of 1 fs, so both count the same thing.
[[nodiscard]] inline sc_core::sc_time to_sc_time(SimTime time) {
    return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(time.count()));
}
/// What sc_time_stamp() says, without the call into the SystemC library: asked for some twenty times per TLP.
[[nodiscard]] inline SimTime now() {
    return SimTime{static_cast<std::int64_t>(sc_core::sc_get_curr_simcontext()->time_stamp().value())};
}

class Scheduler;

/// A one-shot callback at a moment of simulated time. Owned by the module that it serves; the scheduler outlives it.
class Timer {
public:
    using Callback = core::Delegate<void()>;

    Timer(Scheduler& scheduler, Callback callback) noexcept;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }

    /// Fires at `at` (not before now). Arming an armed timer moves it.
    void arm(SimTime at);
    /// Like arm(), but an armed timer that fires earlier stays as it is.
    void arm_no_later_than(SimTime at);
    void cancel() noexcept;
    [[nodiscard]] bool armed() const noexcept { return position_ != idle; }
    [[nodiscard]] SimTime deadline() const noexcept { return at_; }

private:
    friend class Scheduler;
    static constexpr std::size_t idle = SIZE_MAX;

    Scheduler& scheduler_;
    Callback callback_;
    SimTime at_{};
    std::uint64_t number_; ///< in the order of construction
    std::size_t position_ = idle;
};

/// Runs all timers of a simulation from one SC_METHOD: a binary heap in front of SystemC's event queue, which so holds
/// one entry. Timers of one moment fire in the order in which they were constructed: who was armed first may depend on
/// how far ahead others decide.
class Scheduler : public sc_core::sc_module {
public:
    SC_HAS_PROCESS(Scheduler);
    explicit Scheduler(const sc_core::sc_module_name& name);

    /// Timers that have fired so far: the cost measure of a run that does not depend on the machine.
    [[nodiscard]] std::uint64_t fired() const noexcept { return fired_; }

private:
    friend class Timer;

    void run();
    void insert(Timer& timer);
    void remove(Timer& timer) noexcept;
    void sift_up(std::size_t position) noexcept;
    void sift_down(std::size_t position) noexcept;
    void place(std::size_t position, Timer* timer) noexcept;
    void wake_for_first();
    [[nodiscard]] static bool earlier(const Timer& a, const Timer& b) noexcept;

    std::vector<Timer*> heap_;
    sc_core::sc_event wake_;
    SimTime wake_at_ = core::never;
    std::uint64_t timers_ = 0; ///< constructed so far
    std::uint64_t fired_ = 0;
    bool running_ = false;
};

} // namespace rootpool::models
