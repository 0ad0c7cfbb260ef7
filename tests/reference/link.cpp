#include "tests/reference/link.h"

#include <algorithm>

namespace rootpool::reference {

Link::Link(const LinkSettings& settings)
    : settings_(settings), ticks_(settings.generation, settings.width, settings.dllp_length),
      limits_(settings, ticks_), ends_{LinkEnd(0, settings_, ticks_, limits_), LinkEnd(1, settings_, ticks_, limits_)} {
    for (const DownInterval& interval : settings.down) {
        changes_.push_back(interval.from);
        changes_.push_back(interval.until);
    }
    if (!changes_.empty()) {
        next_change_ = changes_.front();
        ends_[0].will_go_down(next_change_);
        ends_[1].will_go_down(next_change_);
    }
}

void Link::set_recorder(Recorder& recorder) noexcept {
    for (LinkEnd& end : ends_) {
        end.set_recorder(recorder);
    }
}

// An interruption may be shorter than a tick.
void Link::follow_connection() {
    while (next_change_ <= now_.time) {
        is_cut_ = !is_cut_;
        ++changes_done_;
        next_change_ = changes_done_ < changes_.size() ? changes_[changes_done_] : core::never;
        connect_or_not();
    }
    connect_or_not();
    tell_next_down();
}

/// The script, or a hot reset that was commanded.
void Link::tell_next_down() {
    if (is_up_) {
        const SimTime reset = is_reset_ ? ticks_.time_of(reset_from_) : core::never;
        for (LinkEnd& end : ends_) {
            end.will_go_down(std::min(next_change_, reset));
        }
    }
}

void Link::connect_or_not() {
    const bool is_up = !is_cut_ && !is_in_reset();
    if (is_up == is_up_) {
        return;
    }
    is_up_ = is_up;
    for (LinkEnd& end : ends_) {
        is_up_ ? end.come_up(now_) : end.go_down(now_);
    }
    retrained_ = 0;
}

/// A link that is down for another reason is in reset at once.
bool Link::is_in_reset() noexcept {
    is_reset_ = is_reset_ && now_.tick < reset_until_;
    return is_reset_ && (now_.tick >= reset_from_ || !is_up_);
}

Tick Link::last_at(SimTime at) const noexcept {
    Tick last = now_.tick;
    while (last > 0 && ticks_.time_of(last) > at) {
        --last;
    }
    return last;
}

void Link::hold_reset(bool held, SimTime at) {
    const Tick commanded = last_at(at);
    if (held && !is_reset_) {
        is_reset_ = true;
        reset_from_ = commanded + limits_.reset_entry;
    }
    reset_until_ = held ? no_tick : std::max(reset_from_, commanded) + limits_.training;
    tell_next_down();
}

void Link::return_queues(Moment now) {
    ends_[0].return_queue(now);
    ends_[1].return_queue(now);
}

void Link::retrain() noexcept {
    for (LinkEnd& end : ends_) {
        end.retraining_begins();
    }
    const Tick first_silent = now_.tick + 1;
    retrained_ = first_silent + limits_.retrain;
}

} // namespace rootpool::reference
