#include "models/pooling/downstream_port.h"

#include <algorithm>

#include "rootpool/pooling/completions.h"

namespace rootpool::models {

using pooling::EngineOutput;

namespace {

pooling::ArbiterConfig arbiter_config(const DownstreamPort::Config& config) {
    return answers_first({.inputs = config.roots, .weights = config.weights, .priorities = config.priorities});
}

} // namespace

DownstreamPort::DownstreamPort(const sc_core::sc_module_name& name, Scheduler& scheduler, const Config& config,
                               pooling::SharingEngine& engine)
    : sc_module(name), config_(config), engine_(engine), port_("port", *this, config.credits),
      to_device_(scheduler, *this, pooling::make_arbiter(config.arbiter, arbiter_config(config)),
                 {config.roots + 1U, config.timing, config.tagging->extra_bytes, config.ordering}),
      refused_timer_(scheduler, Timer::Callback::to<&DownstreamPort::decide_refused>(*this)),
      after_instant_(scheduler, Timer::Callback::to<&DownstreamPort::follow_resets>(*this)) {
    for (unsigned root = 0; root < config.roots; ++root) {
        queues_.push_back(std::make_unique<RootQueue>(
            scheduler, port_, RootQueue::Config{config.root_quota, config.root_reserve, config.timing.period}));
    }
}

SimTime DownstreamPort::accepts_after(std::size_t input, const CrossbarEntry& entry, SimTime seen) {
    return input == internal_input() ? engine_.own_ready_after(seen) : engine_.ready_after(*entry.tlp, seen);
}

void DownstreamPort::deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) {
    const SimTime latency = config_.timing.cycles(egress_cycles());
    if (input == internal_input()) {
        const bool is_own_request = pcie::flow_class(entry.tlp->header.kind) == pcie::FlowClass::non_posted;
        if (link_up_) {
            ++sent_;
            const pcie::TlpPtr sent = is_own_request ? engine_.send_own(*entry.tlp, edge) : entry.tlp;
            send_granted(port_, config_.timing, sent, entry, edge, latency);
        }
        return;
    }
    UpstreamPort& root = *roots_[input];
    const bool stopped = root.fence().holds_at(edge) && !pcie::is_completion(entry.tlp->header.kind);
    if (entry.bad_end == core::never) {
        if (const pcie::TlpPtr tlp = stopped ? refuse_fenced(root, entry, edge) : through_engine(root, entry, edge)) {
            ++sent_;
            times_.egress += latency;
            send_granted(port_, config_.timing, tlp, entry, edge, latency);
        }
    } else if (const pcie::TlpPtr bad = stopped || !link_up_ ? nullptr : engine_.bad_from_root(*entry.tlp)) {
        send_granted(port_, config_.timing, bad, entry, edge, latency);
    }
}

/// Nothing goes on; a request of a root that is fenced is answered.
pcie::TlpPtr DownstreamPort::refuse_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    if (pcie::TlpPtr completion = root.virtual_switch().refuse_fenced(config_.device, *entry.tlp)) {
        root.answer(std::move(completion), decided_at(edge), rank(AnswerCause::request_of_root));
    }
    return nullptr;
}

/// What goes on to the device.
pcie::TlpPtr DownstreamPort::through_engine(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    EngineOutput output = link_up_ ? engine_.from_root(*entry.tlp, edge) : engine_.without_link(*entry.tlp);
    publish_max_payload();
    // what it refuses it may only report when it is whole
    const SimTime whole = entry.last_beat + config_.timing.period;
    const SimTime decided = cuts_through(entry.tlp->header) ? std::max(decided_at(edge), whole) : decided_at(edge);
    report(output, *entry.tlp, decided, rank(AnswerCause::request_of_root));
    if (output.action == EngineOutput::Action::forward) {
        return std::move(output.tlp);
    }
    if (output.action == EngineOutput::Action::answer) {
        root.answer(std::move(output.tlp), decided, rank(AnswerCause::request_of_root));
    }
    return nullptr;
}

void DownstreamPort::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) {
    ++received_;
    EngineOutput output = engine_.from_device(*tlp, last_beat);
    publish_max_payload();
    if (pcie::is_completion(tlp->header.kind)) {
        to_device_.wake(); // it may have given a tag back
    }
    const bool is_cut = output.action == EngineOutput::Action::forward && cuts_through(tlp->header);
    take({std::move(tlp), std::move(output), first_beat, last_beat, is_cut, false});
}

void DownstreamPort::take(Arrival arrival) {
    if (refused_.empty() && goes_up(arrival)) {
        send_up(std::move(arrival));
    } else {
        const SimTime seen = arrival.is_cut ? header_end(arrival) : arrival.last_beat;
        const SimTime edge = core::edge_after(seen, config_.timing.period);
        refused_.push({std::move(arrival), edge});
        refused_timer_.arm_no_later_than(edge);
    }
}

bool DownstreamPort::goes_up(const Arrival& arrival) const {
    if (arrival.output.action != EngineOutput::Action::forward) {
        return false;
    }
    const pcie::TlpHeader& sent = arrival.output.tlp->header;
    const pooling::VirtualSwitch& bridges = roots_[arrival.output.tlp->root.index()]->virtual_switch();
    return !bridges.is_held(config_.device) && pcie::error_message_of(sent) == pcie::ErrorMessage::none &&
           bridges.upward(config_.device, sent) == pooling::RefusalCause::none;
}

void DownstreamPort::send_up(Arrival arrival) {
    CrossbarEntry entry;
    UpstreamPort& root = *roots_[arrival.output.tlp->root.index()];
    entry.ready = ready(arrival);
    entry.whole = whole(arrival);
    entry.tlp = std::move(arrival.output.tlp);
    if (arrival.is_bad) {
        entry.bad_end = entry.whole;
        root.take(config_.device, std::move(entry));
        return;
    }
    entry.received = std::move(arrival.received);
    entry.from = &port_;
    entry.queue = queues_[root.root().index()].get();
    times_.ingress += entry.ready - arrival.last_beat;
    entry.queue->arrive(entry.received, entry.ready);
    root.take(config_.device, std::move(entry));
}

void DownstreamPort::end_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    if (entry.queue == nullptr) {
        return; // it is bad
    }
    entry.queue->leave(*entry.received, edge);
    if (pcie::TlpPtr completion = root.virtual_switch().refuse_fenced(config_.device, *entry.received)) {
        answer_device(std::move(completion), edge);
    }
}

Waiting DownstreamPort::waiting() const noexcept {
    if (to_device_.queued() == 0) {
        return Waiting::nothing;
    }
    return to_device_.has_deadline() ? Waiting::for_time : Waiting::for_others;
}

void DownstreamPort::on_bad_tlp(Port& /*port*/, const pcie::TlpPtr& tlp, SimTime first_beat, SimTime last_beat) {
    if (!cuts_through(tlp->header)) {
        return;
    }
    if (pcie::TlpPtr sent = engine_.bad_from_device(*tlp)) {
        take({tlp, {EngineOutput::Action::forward, std::move(sent)}, first_beat, last_beat, true, true});
    }
}

SimTime DownstreamPort::whole(const Arrival& arrival) const noexcept {
    return config_.timing.passed(arrival.last_beat, ingress_stages());
}

SimTime DownstreamPort::ready(const Arrival& arrival) const {
    if (!arrival.is_cut) {
        return whole(arrival);
    }
    const pcie::Tlp& sent = *arrival.output.tlp;
    const SimTime transfer = roots_[sent.root.index()]->output().transfer_time(sent.header);
    return ready_cut_through(config_.timing, {header_end(arrival), arrival.last_beat, transfer}, ingress_stages());
}

SimTime DownstreamPort::header_end(const Arrival& arrival) const noexcept {
    return port_.header_end(arrival.received->header, arrival.first_beat);
}

/// Refusals have registers to note them and answers in the order of arrival, so that they wait for the edge that
/// decides. What holds a root back may be over by then.
void DownstreamPort::decide_refused() {
    while (!refused_.empty() && refused_.front().edge <= now()) {
        RefusedArrival next = refused_.pop();
        if (goes_up(next.arrival)) {
            send_up(std::move(next.arrival));
        } else if (!next.arrival.is_cut) {
            decide_whole(std::move(next.arrival), next.is_answered);
        } else if (!next.arrival.is_bad) {
            next.arrival.is_cut = false; // what is refused at its header is looked at again when it is whole
            next.edge = core::edge_after(next.arrival.last_beat, config_.timing.period);
            refused_.insert(0, std::move(next));
        }
    }
    if (!refused_.empty()) {
        refused_timer_.arm(refused_.front().edge);
    }
}

void DownstreamPort::decide_whole(Arrival arrival, bool is_answered) {
    if (arrival.output.action == EngineOutput::Action::forward && is_let_up(arrival)) {
        send_up(std::move(arrival));
    } else {
        refuse(std::move(arrival), is_answered);
    }
}

/// ERR_ messages pass the bridges that let them, and these take note (PCIe base 6.2.8.1).
bool DownstreamPort::is_let_up(const Arrival& arrival) {
    const pcie::Tlp& sent = *arrival.output.tlp;
    pooling::VirtualSwitch& bridges = roots_[sent.root.index()]->virtual_switch();
    return pcie::is_message(sent.header.kind) && !bridges.is_held(config_.device) &&
           bridges.forwards(config_.device, sent.header);
}

void DownstreamPort::refuse(Arrival arrival, bool is_answered) {
    const SimTime stored = whole(arrival);
    const SimTime seen = stored + config_.timing.period; // the edge at which it would go
    times_.ingress += stored - arrival.last_beat;
    EngineOutput& output = arrival.output;
    port_.release(*arrival.received, seen);
    report(output, *arrival.received, seen, rank(AnswerCause::request_of_device));
    pcie::TlpPtr answer = std::move(output.tlp);
    if (output.action == EngineOutput::Action::forward) {
        answer = refuse_upward(*arrival.received, *answer, seen);
    }
    if (answer && is_answered) {
        answer_device(std::move(answer), seen);
    }
}

/// By the bridges above. The link that they see is down: the TLP is lost.
pcie::TlpPtr DownstreamPort::refuse_upward(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge) {
    UpstreamPort& root = *roots_[sent.root.index()];
    pooling::VirtualSwitch& bridges = root.virtual_switch();
    if (bridges.is_held(config_.device) || pcie::is_message(sent.header.kind)) {
        return nullptr;
    }
    pcie::TlpPtr answer =
        bridges.refuse_upward(config_.device, received, sent.header, bridges.upward(config_.device, sent.header));
    root.send_error(edge, rank(AnswerCause::request_of_device));
    return answer;
}

/// A slave must not see the numbers that its function has at the master: what the device sent is reported to it
/// without header.
void DownstreamPort::report(const EngineOutput& output, const pcie::Tlp& refused, SimTime edge, unsigned rank) {
    if (output.refused == pooling::RefusalCause::none) {
        return;
    }
    const bool visible = refused.root == output.root;
    const bool answered = output.action == EngineOutput::Action::answer;
    UpstreamPort& root = *roots_[output.root.index()];
    root.virtual_switch().report_refusal(config_.device, output.refused,
                                         {.header = visible ? &refused.header : nullptr,
                                          .role = answered ? pcie::DetectorRole::completer : pcie::DetectorRole::last});
    root.send_error(edge, rank);
}

void DownstreamPort::on_room(Port& /*port*/) { to_device_.wake(); }

void DownstreamPort::on_link_error(Port& /*port*/, pcie::ErrorKind kind) {
    master().virtual_switch().report_link_error(config_.device, kind);
    master().send_error(rank(AnswerCause::link));
}

/// Every root sees the one link that there is.
void DownstreamPort::on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& link) {
    for (UpstreamPort* root : roots_) {
        if (root->reaches(config_.device)) {
            root->virtual_switch().set_downstream_link(config_.device, link);
        }
    }
}

void DownstreamPort::on_link_up(Port& /*port*/) {
    link_is_up_ = true;
    after_instant_.arm(now() + SimTime{1});
}

void DownstreamPort::on_link_down(Port& port) {
    link_is_up_ = false;
    after_instant_.arm(now() + SimTime{1});
    if (!holds_reset_) {
        on_link_error(port, pcie::ErrorKind::surprise_down);
    }
}

void DownstreamPort::hold_reset(bool held) {
    holds_reset_ = held;
    port_.hold_reset(held);
}

void DownstreamPort::reset_root(pcie::RootId root) {
    resets_.push_back(root);
    after_instant_.arm(now() + SimTime{1});
}

/// What happened at this moment takes effect behind all that edges at this moment decide, whoever is processed first
/// (docs/timing.md 1).
void DownstreamPort::follow_resets() {
    for (const pcie::RootId root : resets_) {
        execute_reset(root);
    }
    resets_.clear();
    if (link_up_ && !link_is_up_) {
        lose_device();
    }
    link_up_ = link_is_up_;
}

/// The device is reset with its link, and forgets all that it asked and was asked.
void DownstreamPort::lose_device() {
    to_device_.flush(internal_input());
    for (std::size_t i = 0; i < refused_.size(); ++i) {
        refused_[i].is_answered = false;
    }
    engine_.forget_device(now());
    to_device_.wake();
}

void DownstreamPort::execute_reset(pcie::RootId root) {
    to_device_.flush(root.index());
    roots_[root.index()]->drop(config_.device);
    engine_.reset_root(root, now());
    if (!engine_.snoop().vf_enable()) {
        return; // there are no functions
    }
    const SimTime edge = core::edge_after(now(), config_.timing.period);
    for (const pcie::VfIndex vf : engine_.lent_to(root)) {
        pcie::TlpPtr request = engine_.make_reset(vf);
        request->injected_at = edge;
        answer_device(std::move(request), edge, 1U + root.value());
    }
}

void DownstreamPort::answer_device(pcie::TlpPtr tlp, SimTime edge, unsigned rank) {
    CrossbarEntry entry;
    entry.tlp = std::move(tlp);
    entry.rank = rank;
    entry.ready = config_.timing.behind(edge, config_.timing.local);
    to_device_.push(internal_input(), std::move(entry));
}

void DownstreamPort::publish_max_payload() {
    const unsigned bytes = engine_.snoop().max_payload();
    if (bytes == published_max_payload_) {
        return;
    }
    published_max_payload_ = bytes;
    for (UpstreamPort* root : roots_) {
        if (root->root() != engine_.master() && root->reaches(config_.device)) {
            root->virtual_switch().set_max_payload(config_.device, bytes);
        }
    }
}

} // namespace rootpool::models
