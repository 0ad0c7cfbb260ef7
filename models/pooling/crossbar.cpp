#include "models/pooling/crossbar.h"

#include <algorithm>

#include "models/pooling/root_queue.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

namespace {

/// An edge sees what took effect before it (docs/timing.md 1).
constexpr SimTime seen_at(SimTime edge) noexcept { return edge - SimTime{1}; }

} // namespace

pooling::ArbiterConfig answers_first(pooling::ArbiterConfig config) {
    config.priorities.resize(config.inputs, pooling::lowest_priority);
    config.priorities.push_back(0);
    ++config.inputs;
    return config;
}

void send_granted(Port& port, const SwitchTiming& timing, const pcie::TlpPtr& tlp, const CrossbarEntry& granted,
                  SimTime edge, SimTime latency) {
    tlp->last_beat = granted.last_beat + latency;
    tlp->bad_end = granted.bad_end != core::never;
    tlp->crossing = static_cast<std::uint16_t>(timing.transmit_crossing);
    port.send(tlp, edge + latency);
}

CrossbarOutput::CrossbarOutput(Scheduler& scheduler, CrossbarSink& sink, std::unique_ptr<pooling::Arbiter> arbiter,
                               const Config& config)
    : sink_(sink), config_(config),
      occupied_(config.inputs), going_{InputSet(config.inputs), InputSet(config.inputs), InputSet(config.inputs)},
      arbiter_(std::move(arbiter)), requests_(config.inputs), candidates_(config.inputs),
      timer_(scheduler, Timer::Callback::to<&CrossbarOutput::arbitrate>(*this)) {
    for (std::size_t input = 0; input < config.inputs; ++input) {
        inputs_.emplace_back(input, config.ordering);
    }
}

void CrossbarOutput::push(std::size_t input, CrossbarEntry&& entry) {
    CrossbarInput& queue = inputs_[input];
    const SimTime bad_end = entry.bad_end;
    bad_ += bad_end != core::never ? 1 : 0;
    const std::size_t index = queue.push(std::move(entry));
    occupied_.insert(input);
    if (index == 0) {
        forget_candidate(input); // it was another TLP
    }
    ++queued_;
    ++queued_of_class_[static_cast<std::size_t>(queue[index].flow)];
    const SimTime may_not_before = std::max(queue[index].ready, busy_until_);
    if (!delivering_ && !(timer_.armed() && timer_.deadline() <= may_not_before && bad_end == core::never)) {
        // otherwise the end of the grant looks at it, or the timer comes first anyway
        const SimTime may_go = queue.may_go_after(sink_, sink_.room(), index, seen_at(std::max(now(), busy_until_)));
        arm_after(std::min(may_go, bad_end));
    }
}

CrossbarEntry CrossbarOutput::take(std::size_t input, std::size_t index, SimTime edge) {
    CrossbarEntry entry = inputs_[input].take(index, edge);
    --queued_;
    bad_ -= entry.bad_end != core::never ? 1 : 0;
    --queued_of_class_[static_cast<std::size_t>(entry.flow)];
    forget_candidate(input);
    if (inputs_[input].empty()) {
        occupied_.remove(input);
    }
    return entry;
}

void CrossbarOutput::flush(std::size_t input) {
    const SimTime edge = core::edge_after(now(), config_.timing.period);
    while (!inputs_[input].empty()) {
        const CrossbarEntry entry = take(input, 0, edge);
        leave(entry, std::max(edge, entry.whole + config_.timing.period));
    }
}

/// What it occupied where it was received is free at `at`.
void CrossbarOutput::leave(const CrossbarEntry& entry, SimTime at) {
    if (entry.queue != nullptr) {
        entry.queue->leave(*entry.received, at);
    } else if (entry.received) {
        entry.from->release(*entry.received, at);
    }
}

void CrossbarOutput::wake() {
    if (queued_ != 0 && !delivering_) {
        arm_for_next_grant();
    }
}

void CrossbarOutput::arm_after(SimTime time) {
    if (time != core::never) {
        timer_.arm_no_later_than(std::max(core::edge_after(time, config_.timing.period), busy_until_));
    }
}

void CrossbarOutput::arbitrate() {
    ++arbitrations_;
    const SimTime edge = now();
    SimTime next = drop_bad(seen_at(edge));
    if (find_candidates(edge, next)) {
        grant(arbiter_->grant(requests_), edge);
    } else {
        arm_after(next);
    }
}

SimTime CrossbarOutput::look_for_bad(SimTime seen) {
    SimTime next = core::never;
    for (std::size_t input = 0; bad_ != 0 && input < inputs_.size(); ++input) {
        for (std::size_t bad = inputs_[input].find_bad(seen, next); bad != CrossbarInput::none;
             bad = inputs_[input].find_bad(seen, next)) {
            static_cast<void>(take(input, bad, core::edge_after(inputs_[input][bad].bad_end, config_.timing.period)));
            ++dropped_;
        }
    }
    return next;
}

/// What each input would send at `edge`. False: nothing; then `next` is the time after which something may go.
bool CrossbarOutput::find_candidates(SimTime edge, SimTime& next) {
    room_ = sink_.room();
    bool any = false;
    for (std::size_t word = 0; word < occupied_.words(); ++word) {
        const std::uint64_t going = still_going(word, seen_at(edge));
        any = any || going != 0;
        for (std::uint64_t others = occupied_.word(word) & ~going; others != 0; others &= others - 1) {
            any = find_candidate(InputSet::first(others, word), seen_at(edge), next) || any;
        }
    }
    return any;
}

/// Inputs whose candidate stays the first TLP: there is room for it.
std::uint64_t CrossbarOutput::still_going(std::size_t word, SimTime seen) const noexcept {
    std::uint64_t inputs = 0;
    for (std::size_t flow = 0; flow < going_.size(); ++flow) {
        inputs |= room_[flow] <= seen ? going_[flow].word(word) : 0;
    }
    return inputs;
}

bool CrossbarOutput::find_candidate(std::size_t input, SimTime seen, SimTime& next) {
    forget_candidate(input);
    const CrossbarInput& queue = inputs_[input];
    const std::size_t index = queue.find(sink_, room_, seen, next);
    if (index == CrossbarInput::none) {
        return false;
    }
    candidates_[input] = index;
    requests_[input] = queue.request(index);
    if (index == 0 && queue.first_flow() != pcie::FlowClass::non_posted) {
        going_[static_cast<std::size_t>(queue.first_flow())].insert(input);
    }
    return true;
}

void CrossbarOutput::forget_candidate(std::size_t input) noexcept {
    if (requests_[input].present) {
        requests_[input].present = false;
        for (InputSet& going : going_) {
            going.remove(input);
        }
    }
}

void CrossbarOutput::grant(std::size_t winner, SimTime edge) {
    CrossbarEntry entry = take(winner, candidates_[winner], edge);
    ++granted_;
    waited_ += edge - entry.ready;
    busy_until_ = edge + transfer_time(entry.tlp->header);
    last_grant_[static_cast<std::size_t>(entry.flow)] = edge;
    entry.last_beat = busy_until_ - config_.timing.period;
    if (observer_ != nullptr) {
        observer_->on_grant({place_, winner, edge, *entry.tlp});
    }
    // The receiver may answer in this call chain, when the port does not yet say until when its wire is busy: nothing
    // is armed before the end.
    delivering_ = true;
    leave(entry, busy_until_); // the last beat has left the receive buffer
    sink_.deliver(winner, entry, edge);
    delivering_ = false;
    wake();
}

/// Arms for the first edge at which some TLP could go, so that a busy wire costs no idle events. Nothing to arm for:
/// the sink calls wake().
void CrossbarOutput::arm_for_next_grant() {
    const SimTime seen = seen_at(core::align_up(std::max(now(), busy_until_), config_.timing.period));
    SimTime next = drop_bad(seen);
    room_ = sink_.room();
    const bool may_go = !waits_for_room(room_) && any_may_go(seen, next);
    arm_after(may_go ? seen : next);
}

/// False: `next` is the time after which something may go.
bool CrossbarOutput::any_may_go(SimTime seen, SimTime& next) const {
    for (std::size_t word = 0; word < occupied_.words(); ++word) {
        if (still_going(word, seen) != 0) {
            return true;
        }
        for (std::uint64_t inputs = occupied_.word(word); inputs != 0; inputs &= inputs - 1) {
            if (inputs_[InputSet::first(inputs, word)].find(sink_, room_, seen, next) != CrossbarInput::none) {
                return true;
            }
        }
    }
    return false;
}

bool CrossbarOutput::waits_for_room(const CrossbarRoom& room) const noexcept {
    bool waits = true;
    for (std::size_t flow = 0; flow < room.size(); ++flow) {
        waits = waits && (queued_of_class_[flow] == 0 || room[flow] == core::never);
    }
    return waits;
}

SimTime CrossbarOutput::transfer_time(const pcie::TlpHeader& header) const noexcept {
    const unsigned bytes = pcie::header_bytes(header) + pcie::payload_bytes(header) +
                           (header.digest ? pcie::ecrc_bytes : 0U) + config_.extra_bytes;
    const unsigned width = config_.timing.bytes_per_cycle;
    return config_.timing.cycles((bytes + width - 1) / width);
}

} // namespace rootpool::models
