#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/scheduler.h"
#include "rootpool/pcie/wait_graph.h"

namespace rootpool::models {

/// What the TLPs in a part of the fabric wait for.
enum class Waiting : std::uint8_t {
    nothing,  ///< no TLP waits
    for_time, ///< a timer is set that will let one go on
    for_others,
};

/// A part of the fabric in which TLPs wait.
class WatchedPart {
public:
    virtual ~WatchedPart() = default;
    /// A number that grows whenever a TLP moves.
    [[nodiscard]] virtual std::uint64_t moves() const = 0;
    [[nodiscard]] virtual Waiting waiting() const = 0;
    virtual void explain(pcie::WaitGraph& graph) const = 0;
};

/// Notices that TLPs wait and nothing moves in the whole fabric, though no timer of it will change that. Without work
/// it costs nothing, with work one event in each `limit` and a branch for each TLP.
///
/// Not seen: a part that stands still while another one moves. A root that takes nothing is fenced; one that an arbiter
/// starves has what the script asked for.
class Watchdog {
public:
    /// Is told why nothing moves, once.
    using Report = core::Delegate<void(const std::string& reason)>;

    /// `limit`: above 0; between one and two of them pass from the last movement to the report.
    Watchdog(Scheduler& scheduler, SimTime limit, Report report)
        : limit_(limit), report_(report), timer_(scheduler, Timer::Callback::to<&Watchdog::look>(*this)) {}

    /// Before the simulation.
    void watch(const WatchedPart& part) { parts_.push_back(&part); }
    /// There is work.
    void note_work() {
        if (!timer_.armed()) {
            start();
        }
    }

private:
    void start();
    void look();
    [[nodiscard]] std::uint64_t moves() const;

    SimTime limit_;
    Report report_;
    Timer timer_;
    std::vector<const WatchedPart*> parts_;
    std::uint64_t moves_at_start_ = 0;
};

} // namespace rootpool::models
