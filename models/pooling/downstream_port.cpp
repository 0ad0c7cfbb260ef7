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
      internal_(to_device_, config.timing), bridges_(config.device, engine),
      ingress_(scheduler, {config.timing, config.switching, config.roots, config.root_quota, config.root_reserve},
               port_, bridges_, internal_),
      resets_(scheduler, {engine, to_device_, internal_, ingress_, bridges_}, config.timing.period) {}

SimTime DownstreamPort::accepts_after(std::size_t input, const CrossbarEntry& entry, SimTime seen) {
    return input == internal_input() ? engine_.own_ready_after(seen) : engine_.ready_after(*entry.tlp, seen);
}

void DownstreamPort::deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) {
    const SimTime latency = config_.timing.cycles(egress_cycles());
    if (input == internal_input()) {
        const bool is_own_request = pcie::flow_class(entry.tlp->header.kind) == pcie::FlowClass::non_posted;
        if (resets_.link_up()) {
            ++sent_;
            const pcie::TlpPtr sent = is_own_request ? engine_.send_own(*entry.tlp, edge) : entry.tlp;
            send_granted(port_, config_.timing, sent, entry, edge, latency);
        }
        return;
    }
    UpstreamPort& root = bridges_.root(pcie::RootId(static_cast<std::uint8_t>(input)));
    const bool stopped = root.fence().holds_at(edge) && !pcie::is_completion(entry.tlp->header.kind);
    if (entry.bad_end == core::never) {
        if (const pcie::TlpPtr tlp = stopped ? refuse_fenced(root, entry, edge) : through_engine(root, entry, edge)) {
            ++sent_;
            egress_time_ += latency;
            send_granted(port_, config_.timing, tlp, entry, edge, latency);
        }
    } else if (const pcie::TlpPtr bad = stopped || !resets_.link_up() ? nullptr : engine_.bad_from_root(*entry.tlp)) {
        send_granted(port_, config_.timing, bad, entry, edge, latency);
    }
}

/// Nothing goes on; a request of a root that is fenced is answered.
pcie::TlpPtr DownstreamPort::refuse_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    if (pcie::TlpPtr completion = root.virtual_switch().refuse_fenced(config_.device, *entry.tlp)) {
        root.answer(std::move(completion), decided_at(edge), bridges_.rank(AnswerCause::request_of_root));
    }
    return nullptr;
}

/// What goes on to the device.
pcie::TlpPtr DownstreamPort::through_engine(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    EngineOutput output = resets_.link_up() ? engine_.from_root(*entry.tlp, edge) : engine_.without_link(*entry.tlp);
    bridges_.publish_max_payload();
    if (output.action == EngineOutput::Action::forward) {
        return std::move(output.tlp);
    }
    // what it refuses it may only report when it is whole
    const SimTime whole = entry.last_beat + config_.timing.period;
    const SimTime decided = cuts_through(entry.tlp->header) ? std::max(decided_at(edge), whole) : decided_at(edge);
    bridges_.report(output, *entry.tlp, decided, AnswerCause::request_of_root);
    if (output.action == EngineOutput::Action::answer) {
        root.answer(std::move(output.tlp), decided, bridges_.rank(AnswerCause::request_of_root));
    }
    return nullptr;
}

void DownstreamPort::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) {
    ++received_;
    EngineOutput output = engine_.from_device(*tlp, last_beat);
    bridges_.publish_max_payload();
    if (pcie::is_completion(tlp->header.kind)) {
        to_device_.wake(); // it may have given a tag back
    }
    const bool is_cut = output.action == EngineOutput::Action::forward && cuts_through(tlp->header);
    ingress_.take({std::move(tlp), std::move(output), first_beat, last_beat, is_cut, false});
}

void DownstreamPort::end_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge) {
    if (entry.queue == nullptr) {
        return; // it is bad
    }
    entry.queue->leave(*entry.received, edge);
    if (pcie::TlpPtr completion = root.virtual_switch().refuse_fenced(config_.device, *entry.received)) {
        internal_.push(std::move(completion), edge, 0);
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
    if (pcie::TlpPtr sent = engine_.bad_from_device(*tlp, last_beat)) {
        ingress_.take({tlp, {EngineOutput::Action::forward, std::move(sent)}, first_beat, last_beat, true, true});
    }
}

void DownstreamPort::on_room(Port& /*port*/) { to_device_.wake_for_room(); }

void DownstreamPort::on_link_error(Port& /*port*/, pcie::ErrorKind kind) { bridges_.report_link_error(kind); }

void DownstreamPort::on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& link) { bridges_.set_link(link); }

void DownstreamPort::on_link_up(Port& /*port*/) { resets_.link_changes(true); }

void DownstreamPort::on_link_down(Port& /*port*/) {
    resets_.link_changes(false);
    if (!holds_reset_) {
        bridges_.report_link_error(pcie::ErrorKind::surprise_down);
    }
}

void DownstreamPort::hold_reset(bool held) {
    holds_reset_ = held;
    port_.hold_reset(held);
}

} // namespace rootpool::models
