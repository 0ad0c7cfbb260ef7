#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "models/core/scheduler.h"
#include "rootpool/core/delegate.h"

namespace rootpool::models {

/// What a core does first: interrupts, then soft interrupts (packet processing), then tasks (system calls,
/// applications).
enum class CpuPriority : std::uint8_t { interrupt, soft_interrupt, task };
inline constexpr std::size_t cpu_priorities = 3;

/// One processor core: runs pieces of work one after the other. A piece takes its cost in time and has its effect at
/// the end of it; it is never cut in two, so pieces are kept small (one packet, one system call).
class CpuCore {
public:
    using Effect = core::Delegate<void()>;

    /// `before_effect` runs ahead of every effect: what devices wrote to memory up to now becomes visible.
    CpuCore(Scheduler& scheduler, core::Delegate<void()> before_effect);

    void post(CpuPriority priority, SimTime cost, Effect effect);

    /// Time that this core has worked so far; pieces that are not finished are not counted.
    [[nodiscard]] SimTime busy_time() const noexcept { return busy_time_; }

private:
    struct Work {
        SimTime cost;
        Effect effect;
    };

    void start_next();
    void finish();

    std::array<std::deque<Work>, cpu_priorities> queues_;
    core::Delegate<void()> before_effect_;
    Work running_{};
    bool busy_ = false;
    SimTime busy_time_{};
    Timer done_;
};

} // namespace rootpool::models
