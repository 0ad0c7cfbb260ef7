// An end of a link comes up, goes down, or has nothing to do.

#include <algorithm>

#include "models/pcie/link_end.h"

namespace rootpool::models {

using pcie::LinkTick;
using pcie::no_tick;

void LinkEnd::come_up(LinkTick tick) {
    up_ = true;
    ++ups_;
    seen_ = tick;
    next_accounted_ = timing_.accounted == 0 ? no_tick : first_due(timing_.ack_limit, tick);
    set_next_skip(first_due(timing_.skip_interval, tick));
    static_cast<void>(refreshes_.pass_to(tick));
    init_.start();
    gates_ = {};
    queue_.look(gates_);
    advertiser_.start(advertised_);
    plan();
}

void LinkEnd::go_down(LinkTick tick, LinkTick up_at) {
    apply_credits(tick);
    note_stall(tick);
    up_ = false;
    down_at_ = no_tick;
    hold_until_ = 0;
    incoming_.clear();
    incoming_credits_.clear();
    incoming_acks_.clear();
    acks_.reset();
    replay_.reset();
    init_.start();
    plan();
    set_up_at(tick, up_at);
}

void LinkEnd::set_up_at(LinkTick tick, LinkTick up_at) {
    up_at_ = up_at;
    while (!queue_.empty() && queue_[0].from < up_at_) {
        const LinkTick at = std::max(queue_[0].from, tick);
        tell_port(*queue_.take(0), TlpPhase::returned, timing_.clock.time(at));
    }
    queue_.look(gates_);
}

bool LinkEnd::is_idle(LinkTick from, LinkTick until) {
    apply_acks(from);
    return init_.active() && faults_ == nullptr && link_observer_ == nullptr && timing_.accounted == 0 &&
           (queue_.empty() || queue_[0].from > until) && incoming_.empty() && incoming_credits_.empty() &&
           replay_.buffer().empty() && acks_.nak_from() == no_tick && acks_.ack_from() == no_tick &&
           advertiser_.earliest() == no_tick && down_at_ == no_tick;
}

/// To a SKP ordered set well before `until` that no UpdateFC is near, as if all between had been sent.
void LinkEnd::pass_idle_time(LinkTick until) noexcept {
    const LinkTick guard = timing_.clock.symbols(256); // longer than SKP and three UpdateFCs on any link
    LinkTick target = (until / timing_.skip_interval - 1) * timing_.skip_interval;
    if (target - refreshes_.last(target) < guard) {
        target -= timing_.skip_interval;
    }
    if (target <= next_skip_) {
        return;
    }
    counters_.skips += static_cast<std::uint64_t>((target - next_skip_) / timing_.skip_interval);
    set_next_skip(target);
    unsigned finite = 0;
    for (const auto& of : advertised_.of) {
        finite += of.infinite ? 0 : 1;
    }
    counters_.dllps += refreshes_.pass_to(target) * finite;
    plan();
}

} // namespace rootpool::models
