#include "tests/reference/link.h"

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
    }
}

void Link::set_recorder(Recorder& recorder) noexcept {
    for (LinkEnd& end : ends_) {
        end.set_recorder(recorder);
    }
}

void Link::step() {
    if (next_change_ <= now_.time) {
        follow_connection();
    }
    for (LinkEnd& end : ends_) {
        end.take_inputs(now_);
    }
    const bool is_up = changes_done_ % 2 == 0;
    if (is_up && retrained_ <= now_.tick) {
        ends_[0].decide(now_);
        ends_[1].decide(now_);
    }
    if (settings_.mutation == Mutation::timer_before_progress) {
        run_timers();
        receive();
    } else {
        receive();
        run_timers();
    }
    ++now_.tick;
    now_.time = ticks_.time_of(now_.tick);
}

void Link::run_until(SimTime end) {
    while (now_.time < end) {
        step();
    }
}

// An interruption may be shorter than a tick.
void Link::follow_connection() {
    while (next_change_ <= now_.time) {
        const bool goes_down = changes_done_ % 2 == 0;
        for (LinkEnd& end : ends_) {
            goes_down ? end.go_down(now_) : end.come_up(now_);
        }
        retrained_ = 0;
        ++changes_done_;
        next_change_ = changes_done_ < changes_.size() ? changes_[changes_done_] : core::never;
    }
}

void Link::receive() {
    ends_[0].receive(now_, ends_[1]);
    ends_[1].receive(now_, ends_[0]);
}

void Link::run_timers() {
    const bool held = now_.tick + 1 < retrained_;
    for (LinkEnd& end : ends_) {
        end.run_timer(now_.tick, held);
    }
    const bool first_asks = ends_[0].take_retrain_request();
    if (ends_[1].take_retrain_request() || first_asks) {
        retrain();
    }
}

// From the tick after this one.
void Link::retrain() noexcept { retrained_ = now_.tick + 1 + limits_.retrain; }

} // namespace rootpool::reference
