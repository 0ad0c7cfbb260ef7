#pragma once

#include <algorithm>

#include "models/core/scheduler.h"
#include "models/pcie/port.h"

namespace rootpool::models {

/// Keeps a bounded number of TLPs waiting in a port, by the times at which they start on the wire: how far ahead the
/// link decides makes no difference.
class TransmitPacer {
public:
    /// `pump` is called when there is room again, if the owner of the port passes on_room() on. `queue`: 1 to
    /// Port::slots_of_each_class.
    TransmitPacer(const Port& port, Scheduler& scheduler, std::size_t queue, Timer::Callback pump) noexcept
        : port_(port), queue_(queue), timer_(scheduler, pump) {}

    /// Whether another TLP may be handed over now. If not, the callback follows.
    [[nodiscard]] bool may_send() {
        const SimTime room_after = port_.fewer_after(queue_);
        if (room_after < now()) {
            return true;
        }
        await(room_after);
        return false;
    }
    /// See PortOwner::on_room(): the callback follows when there is room, whenever that is known.
    void on_room() { await(port_.fewer_after(queue_)); }

private:
    void await(SimTime room_after) {
        if (room_after != core::never) {
            timer_.arm_no_later_than(std::max(room_after + SimTime{1}, now()));
        }
    }

    const Port& port_;
    std::size_t queue_;
    Timer timer_;
};

} // namespace rootpool::models
