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
                 {config.roots + 1U, config.timing, config.tagging->extra_bytes, config.ordering}) {
    for (unsigned root = 0; root < config.roots; ++root) {
        queues_.push_back(std::make_unique<RootQueue>(
            scheduler, port_, RootQueue::Config{config.root_quota, config.root_reserve, config.timing.period}));
    }
}

SimTime DownstreamPort::accepts_after(std::size_t input, const CrossbarEntry& entry, SimTime seen) {
    return input == internal_input() ? at_once : engine_.ready_after(*entry.tlp, seen);
}

void DownstreamPort::deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) {
    const SimTime latency = config_.timing.cycles(egress_cycles());
    if (input == internal_input()) {
        ++sent_;
        send_granted(port_, config_.timing, entry.tlp, entry, edge, latency);
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
    } else if (const pcie::TlpPtr bad = stopped ? nullptr : engine_.bad_from_root(*entry.tlp)) {
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
    EngineOutput output = engine_.from_root(*entry.tlp, edge);
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
    const SimTime stored = config_.timing.passed(last_beat, ingress_stages());
    const SimTime seen = stored + config_.timing.period; // the edge at which it would go or is refused
    const bool forwarded = output.action == EngineOutput::Action::forward;
    if (!forwarded || !goes_up(*roots_[output.tlp->root.index()], *tlp, *output.tlp, seen)) {
        times_.ingress += stored - last_beat;
        port_.release(*tlp, seen);
        report(output, *tlp, seen, rank(AnswerCause::request_of_device));
        if (output.action == EngineOutput::Action::answer) {
            answer_device(std::move(output.tlp), seen);
        }
        return;
    }
    CrossbarEntry entry;
    UpstreamPort& root = *roots_[output.tlp->root.index()];
    entry.tlp = std::move(output.tlp);
    entry.received = std::move(tlp);
    entry.from = &port_;
    entry.queue = queues_[root.root().index()].get();
    entry.ready = ready(*entry.received, *entry.tlp, first_beat, last_beat);
    times_.ingress += entry.ready - last_beat;
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
    CrossbarEntry entry;
    entry.tlp = cuts_through(tlp->header) ? engine_.bad_from_device(*tlp) : nullptr;
    if (!entry.tlp) {
        return;
    }
    UpstreamPort& root = *roots_[entry.tlp->root.index()];
    if (root.virtual_switch().upward(config_.device, entry.tlp->header) == pooling::RefusalCause::none) {
        entry.ready = ready(*tlp, *entry.tlp, first_beat, last_beat);
        entry.bad_end = config_.timing.passed(last_beat, ingress_stages());
        root.take(config_.device, std::move(entry));
    }
}

SimTime DownstreamPort::ready(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime first_beat, SimTime last_beat) {
    if (!cuts_through(received.header)) {
        return config_.timing.passed(last_beat, ingress_stages());
    }
    const SimTime transfer = roots_[sent.root.index()]->output().transfer_time(sent.header);
    return ready_cut_through(config_.timing, {port_.header_end(received.header, first_beat), last_beat, transfer},
                             ingress_stages());
}

bool DownstreamPort::goes_up(UpstreamPort& root, const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge) {
    pooling::VirtualSwitch& bridges = root.virtual_switch();
    if (pcie::is_message(sent.header.kind)) {
        return bridges.forwards(config_.device, sent.header);
    }
    const pooling::RefusalCause cause = bridges.upward(config_.device, sent.header);
    if (cause == pooling::RefusalCause::none) {
        return true;
    }
    pcie::TlpPtr answer = bridges.refuse_upward(config_.device, received, sent.header, cause);
    root.send_error(edge, rank(AnswerCause::request_of_device));
    if (answer) {
        answer_device(std::move(answer), edge);
    }
    return false;
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

void DownstreamPort::on_link_down(Port& port) { on_link_error(port, pcie::ErrorKind::surprise_down); }

void DownstreamPort::answer_device(pcie::TlpPtr completion, SimTime edge) {
    CrossbarEntry entry;
    entry.tlp = std::move(completion);
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
