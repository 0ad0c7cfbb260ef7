#include "models/pcie/link.h"

#include <algorithm>

namespace rootpool::models {

using pcie::LinkTick;
using pcie::no_tick;

Link::Link(const sc_core::sc_module_name& name, Scheduler& scheduler, const LinkConfig& config)
    : sc_module(name), parameters_(config.parameters), timing_(config),
      upstream_end_("down", timing_, config.ordering, *this), downstream_end_("up", timing_, config.ordering, *this),
      timer_(scheduler, Timer::Callback::to<&Link::run>(*this)), look_ahead_(config.look_ahead) {}

void Link::connect(Port& upstream_component, Port& downstream_component) {
    upstream_component.transmit.bind(upstream_end_.from_port);
    upstream_end_.to_port.bind(upstream_component.receive);
    downstream_component.transmit.bind(downstream_end_.from_port);
    downstream_end_.to_port.bind(downstream_component.receive);
    upstream_component.set_link_clock(timing_.clock);
    downstream_component.set_link_clock(timing_.clock);
    upstream_component_ = &upstream_component;
    downstream_component_ = &downstream_component;
    upstream_end_.connect(downstream_end_, upstream_component.advertised(), upstream_component.listener());
    downstream_end_.connect(upstream_end_, downstream_component.advertised(), downstream_component.listener());
    upstream_component.set_control(*this);
    upstream_component.listener().on_link_negotiated(parameters_);
    downstream_component.listener().on_link_negotiated(parameters_);
}

void Link::observe(pcie::TlpObserver& observer, const std::string& label) {
    upstream_end_.observe(observer, observer.add_place(label + ".down"));
    downstream_end_.observe(observer, observer.add_place(label + ".up"));
}

void Link::observe(pcie::LinkObserver& observer) {
    upstream_end_.observe(observer, pcie::PlaceId(0));
    downstream_end_.observe(observer, pcie::PlaceId(1));
}

void Link::set_faults(pcie::FaultSource* down, pcie::FaultSource* up) {
    upstream_end_.set_faults(down);
    downstream_end_.set_faults(up);
    if (down != nullptr || up != nullptr) {
        upstream_end_.start_watching_acks();
        downstream_end_.start_watching_acks();
    }
}

void Link::set_down_times(std::vector<TimeSpan> times) { down_times_ = std::move(times); }

void Link::start_of_simulation() {
    next_change_ = 0;
    run();
}

/// The link comes up or goes down at `tick`.
void Link::change_state(LinkTick tick) {
    up_ = !up_;
    if (up_) {
        reset_from_ = no_tick;
        upstream_end_.come_up(tick);
        downstream_end_.come_up(tick);
        next_change_ = next_down();
        upstream_end_.set_down_at(next_change_);
        downstream_end_.set_down_at(next_change_);
        upstream_end_.tell_up();
        downstream_end_.tell_up();
    } else {
        ++downs_;
        begin_down_time(tick);
        next_change_ = next_up();
        upstream_end_.go_down(tick, next_change_);
        downstream_end_.go_down(tick, next_change_);
        upstream_end_.tell_down();
        downstream_end_.tell_down();
    }
}

/// If the script has the link down from here.
void Link::begin_down_time(LinkTick tick) {
    if (next_down_ < down_times_.size() && timing_.clock.at_least(down_times_[next_down_].from) <= tick) {
        const SimTime until = down_times_[next_down_++].until;
        scripted_until_ = until == core::never ? no_tick : timing_.clock.at_least(until);
    }
}

LinkTick Link::next_down() const noexcept {
    const LinkTick scripted =
        next_down_ < down_times_.size() ? timing_.clock.at_least(down_times_[next_down_].from) : no_tick;
    return std::min(scripted, reset_from_);
}

/// While the link is down: what ends last, of the script's down time and of a hot reset.
LinkTick Link::next_up() {
    const LinkTick reset = reset_from_ == no_tick ? 0 : reset_until_;
    LinkTick up = std::max(scripted_until_, reset);
    while (up != no_tick && next_down_ < down_times_.size() &&
           timing_.clock.at_least(down_times_[next_down_].from) <= up) {
        begin_down_time(up);
        up = std::max(up, scripted_until_);
    }
    return up;
}

/// Everything that was decided in advance comes before the link goes down.
void Link::hold_reset(bool held) {
    run_to_now();
    const LinkTick current = timing_.clock.at_or_before(now());
    if (held && reset_from_ == no_tick) {
        reset_from_ = current + timing_.reset_entry;
    }
    reset_until_ = held ? no_tick : std::max(reset_from_, current) + timing_.training;
    if (up_) {
        next_change_ = next_down();
        upstream_end_.set_down_at(next_change_);
        downstream_end_.set_down_at(next_change_);
    } else {
        next_change_ = next_up();
        upstream_end_.set_up_at(current, next_change_);
        downstream_end_.set_up_at(current, next_change_);
    }
    if (!running_) {
        run();
    }
}

void Link::on_input(LinkEnd& end) {
    if (watchdog_ != nullptr) {
        watchdog_->note_work();
    }
    if (running_) {
        end.replan();
    } else {
        run_to_now();
        end.replan();
        look_ahead(); // the input itself counts from the next tick
    }
}

void Link::on_retrain(LinkTick from, LinkTick until) {
    upstream_end_.hold(from, until);
    downstream_end_.hold(from, until);
}

void Link::run() {
    run_to_now();
    look_ahead();
}

void Link::look_ahead() {
    running_ = true;
    const LinkTick current = timing_.clock.at_or_before(now());
    run_ahead(upstream_end_, downstream_end_, current);
    run_ahead(downstream_end_, upstream_end_, current);
    running_ = false;
    arm();
}

/// All events up to now, in order. Whoever has something to say about a tick that has come has said it: inputs count
/// from the tick after them.
void Link::run_to_now() {
    if (running_) {
        return;
    }
    const LinkTick current = timing_.clock.at_or_before(now());
    running_ = true;
    while (true) {
        const LinkEventTime& up = downstream_end_.next_event();
        const LinkEventTime& down = upstream_end_.next_event();
        LinkEnd& end = down <= up ? upstream_end_ : downstream_end_;
        const LinkEventTime next = down <= up ? down : up;
        if (next_change_ <= std::min(next.tick, current)) {
            change_state(next_change_);
        } else if (next.tick > current) {
            break;
        } else if (current - next.tick > 4 * timing_.skip_interval && upstream_end_.is_idle(next.tick, current) &&
                   downstream_end_.is_idle(next.tick, current)) {
            upstream_end_.pass_idle_time(current);
            downstream_end_.pass_idle_time(current);
        } else {
            end.process(next);
        }
    }
    running_ = false;
}

const LinkEnd& Link::settled(LinkEnd& end) {
    run_to_now();
    end.settle(timing_.clock.at_or_before(now()));
    return end;
}

/// Takes decisions that lie ahead and that nothing can change: what comes in from now on asks for an Ack or UpdateFC
/// when a limit has passed, and for a replay, where there may be one, when it has crossed the link. A TLP that starts
/// here and is the first for which Acks count makes none too late within that limit: a replay timer runs for three of
/// them.
void Link::run_ahead(LinkEnd& end, const LinkEnd& other, LinkTick current) const {
    if (!look_ahead_) {
        return;
    }
    end.see_credits(current);
    if (!end.oldest_may_go()) {
        return;
    }
    LinkTick certain = std::min(current + timing_.update_limit, next_change_ - 1);
    if (end.watches_acks()) {
        certain = std::min(certain, other.next_reception_bound(current));
    }
    while (end.next_decision() <= certain && end.is_certain(end.next_decision())) {
        end.start_oldest(end.next_decision());
    }
}

void Link::arm() {
    const LinkTick wake =
        std::min({wake_tick(upstream_end_, downstream_end_), wake_tick(downstream_end_, upstream_end_), next_change_});
    if (wake == no_tick) {
        timer_.cancel();
        return;
    }
    const SimTime at = std::max(timing_.clock.time(wake), now());
    if (!timer_.armed() || timer_.deadline() != at) {
        timer_.arm(at);
    }
}

LinkTick Link::wake_tick(const LinkEnd& end, const LinkEnd& other) const noexcept {
    if (end.watches_acks()) { // errors are reported when they happen
        return std::min(end.next_packet(), other.next_packet());
    }
    if (!end.is_awaited()) {
        return no_tick;
    }
    if (!end.is_clean()) {
        return std::min(end.next_event().tick, other.next_event().tick);
    }
    const LinkTick start = std::min(end.has_next_start() ? end.next_decision() : no_tick, end.next_drop());
    return end.needs_update() ? std::min(start, update_tick(end, other)) : start;
}

/// The first tick at which a TLP may start with the next UpdateFC; no_tick: none is due.
LinkTick Link::update_tick(const LinkEnd& end, const LinkEnd& other) const noexcept {
    const LinkTick current = timing_.clock.at_or_before(now());
    const LinkTick seen = other.next_update_seen(current);
    return seen == no_tick ? seen : end.no_start_before(seen, current);
}

} // namespace rootpool::models
