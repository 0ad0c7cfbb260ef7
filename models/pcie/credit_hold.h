#pragma once

#include <deque>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/port.h"

namespace rootpool::models {

/// A fault of a receiver: in its times no TLP leaves the receive buffer of a port, so that no credits return. At the
/// end of such a time all that was held leaves at once.
class CreditHold {
public:
    /// `times`: in order, without overlap.
    CreditHold(Port& port, Scheduler& scheduler, std::vector<TimeSpan> times)
        : port_(port), times_(std::move(times)), timer_(scheduler, Timer::Callback::to<&CreditHold::let_go>(*this)) {}

    /// The owner is done with the TLP at `at`, at or after now.
    void release(pcie::Tlp& tlp, SimTime at) {
        if (times_.empty() || !hold(tlp, at)) {
            port_.release(tlp, at);
        }
    }
    [[nodiscard]] std::size_t held(pcie::FlowClass flow) const noexcept;

private:
    struct Held {
        pcie::TlpPtr tlp;
        SimTime until{};
    };
    [[nodiscard]] bool hold(pcie::Tlp& tlp, SimTime at);
    void let_go();

    Port& port_;
    std::vector<TimeSpan> times_;
    std::size_t next_ = 0;  ///< the first of times_ that has not ended
    std::deque<Held> held_; ///< by time
    Timer timer_;
};

} // namespace rootpool::models
