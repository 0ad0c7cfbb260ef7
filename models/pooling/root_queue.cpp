#include "models/pooling/root_queue.h"

#include <algorithm>

namespace rootpool::models {

namespace {

using pcie::CreditCost;

void add(CreditCost& sum, CreditCost cost) noexcept {
    sum.headers += cost.headers;
    sum.data += cost.data;
}
void subtract(CreditCost& sum, CreditCost cost) noexcept {
    sum.headers -= cost.headers;
    sum.data -= cost.data;
}
/// Of counts that may have wrapped around.
CreditCost difference(CreditCost a, CreditCost b) noexcept {
    subtract(a, b);
    return a;
}
bool exceeds(CreditCost use, CreditCost limit) noexcept { return use.headers > limit.headers || use.data > limit.data; }

/// False: it is not there.
bool take_out(core::RingQueue<pcie::TlpPtr>& tlps, const pcie::Tlp& tlp) noexcept {
    for (std::size_t i = 0; i < tlps.size(); ++i) {
        if (tlps[i].get() == &tlp) {
            tlps.take(i);
            return true;
        }
    }
    return false;
}

} // namespace

RootQueue::RootQueue(Scheduler& scheduler, Port& port, const Config& config)
    : port_(port), period_(config.period), timer_(scheduler, Timer::Callback::to<&RootQueue::decide>(*this)) {
    for (std::size_t flow = 0; flow < uses_.size(); ++flow) {
        uses_[flow].quota = config.quota.of[flow].limit;
        uses_[flow].reserve = config.reserve.of[flow].limit;
    }
}

/// Until the decision TLPs only leave: where there is nothing to decide now, there will be nothing.
void RootQueue::arrive(const pcie::TlpPtr& tlp, SimTime ready) {
    ClassUse& use = use_of(pcie::flow_class(tlp->header.kind));
    add(use.came, pcie::credit_cost(tlp->header));
    if (exceeds(difference(use.came, use.left), use.quota)) {
        arrivals_.push({tlp, ready, use.came});
        arm();
    }
}

void RootQueue::leave(pcie::Tlp& tlp, SimTime at) {
    see_departures(now());
    forget_arrival(tlp);
    const bool from_reserve = take_out(in_reserve_, tlp);
    departures_.push({at, pcie::credit_cost(tlp.header), pcie::flow_class(tlp.header.kind), from_reserve});
    if (from_reserve) {
        return;
    }
    port_.release(tlp, at);
    if (take_out(above_quota_, tlp) && above_quota_.empty()) {
        head_of_line_ += at - above_since_;
    }
}

/// Only a fence takes out what was not decided about.
void RootQueue::forget_arrival(const pcie::Tlp& tlp) {
    for (std::size_t i = 0; i < arrivals_.size(); ++i) {
        if (arrivals_[i].tlp.get() == &tlp) {
            arrivals_.take(i);
            return;
        }
    }
}

/// Runs just before an edge, ahead of all that is decided at it.
void RootQueue::decide() {
    const SimTime edge = now() + SimTime{1};
    see_departures(edge);
    while (!arrivals_.empty() && arrivals_.front().ready < edge) {
        const Arrival arrival = arrivals_.pop();
        const ClassUse& use = use_of(pcie::flow_class(arrival.tlp->header.kind));
        if (!exceeds(difference(arrival.came, use.left), use.quota) || move(*arrival.tlp, edge)) {
            continue;
        }
        if (above_quota_.empty()) {
            above_since_ = edge;
        }
        above_quota_.push(arrival.tlp);
    }
    arm();
}

bool RootQueue::move(pcie::Tlp& tlp, SimTime edge) {
    ClassUse& use = use_of(pcie::flow_class(tlp.header.kind));
    const CreditCost cost = pcie::credit_cost(tlp.header);
    CreditCost reserved = use.reserved;
    add(reserved, cost);
    if (exceeds(reserved, use.reserve)) {
        return false;
    }
    use.reserved = reserved;
    add(use.left, cost);
    in_reserve_.push(pcie::TlpPtr(&tlp));
    port_.release(tlp, edge);
    ++moved_;
    return true;
}

/// Those before the edge.
void RootQueue::see_departures(SimTime edge) noexcept {
    for (std::size_t i = 0; i < departures_.size();) {
        if (departures_[i].at >= edge) {
            ++i; // a transfer may end after a fence took others out
            continue;
        }
        const Departure departure = departures_.take(i);
        ClassUse& use = use_of(departure.flow);
        if (departure.from_reserve) {
            subtract(use.reserved, departure.cost);
        } else {
            add(use.left, departure.cost);
        }
    }
}

bool RootQueue::in_reserve(const pcie::Tlp& tlp) const noexcept {
    for (std::size_t i = 0; i < in_reserve_.size(); ++i) {
        if (in_reserve_[i].get() == &tlp) {
            return true;
        }
    }
    return false;
}

SimTime RootQueue::head_of_line() const noexcept {
    return head_of_line_ + (above_quota_.empty() ? SimTime{0} : now() - above_since_);
}

void RootQueue::arm() {
    if (!arrivals_.empty()) {
        timer_.arm_no_later_than(core::edge_after(arrivals_.front().ready, period_) - SimTime{1});
    }
}

} // namespace rootpool::models
