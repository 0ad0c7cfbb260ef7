#include "models/pooling/upstream_port.h"

#include <algorithm>

#include "models/pooling/downstream_port.h"

namespace rootpool::models {

using pooling::Route;

UpstreamPort::UpstreamPort(const sc_core::sc_module_name& name, Scheduler& scheduler, pcie::TlpFactory& factory,
                           const Config& config, pooling::VirtualSwitch& virtual_switch)
    : sc_module(name), config_(config), virtual_switch_(virtual_switch), factory_(factory),
      port_("port", *this, config.credits),
      to_link_(scheduler, link_sink_, pooling::make_arbiter(config.arbiter, answers_first({.inputs = config.devices})),
               {config.devices + 1U, config.timing, config.tagging->extra_bytes, config.ordering}),
      internal_(to_link_, config.timing), to_local_(scheduler, local_sink_, pooling::make_arbiter(config.arbiter, {}),
                                                    {1, config.timing, config.tagging->extra_bytes, config.ordering}),
      fence_(scheduler, to_link_, port_, {config.devices, config.fence_timeout, config.timing.period},
             RootFence::Ended::to<&UpstreamPort::end_fenced>(*this)),
      after_instant_(scheduler, Timer::Callback::to<&UpstreamPort::follow_link>(*this)) {}

void UpstreamPort::observe(GrantObserver& observer) noexcept {
    to_link_.observe(observer, {GrantPlace::Leads::to_root, config_.root.index()});
    to_local_.observe(observer, {GrantPlace::Leads::to_own_functions, config_.root.index()});
}

void UpstreamPort::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) {
    ++received_;
    CrossbarEntry queued;
    queued.route = route(tlp->header);
    queued.tlp = tagged(*tlp, queued.route);
    queued.received = std::move(tlp);
    queued.from = &port_;
    queued.ready = ready(*queued.tlp, first_beat, last_beat, queued.route);
    queued.whole = config_.timing.passed(last_beat, config_.timing.inward());
    times_.ingress += queued.ready - last_beat;
    if (queued.route.kind == Route::Kind::device) {
        CrossbarOutput& output = devices_[queued.route.device.index()]->to_device();
        output.push(config_.root.index(), std::move(queued));
    } else {
        to_local_.push(0, std::move(queued));
    }
}

void UpstreamPort::on_bad_tlp(Port& /*port*/, const pcie::TlpPtr& tlp, SimTime first_beat, SimTime last_beat) {
    CrossbarEntry queued;
    queued.route = route(tlp->header);
    if (cuts_through(tlp->header, queued.route)) {
        queued.tlp = tagged(*tlp, queued.route);
        queued.ready = ready(*queued.tlp, first_beat, last_beat, queued.route);
        queued.bad_end = config_.timing.passed(last_beat, config_.timing.inward());
        CrossbarOutput& output = devices_[queued.route.device.index()]->to_device();
        output.push(config_.root.index(), std::move(queued));
    }
}

Route UpstreamPort::route(const pcie::TlpHeader& header) const {
    Route route = virtual_switch_.route(header);
    if (!config_.tagging->carries(header)) {
        route.kind = Route::Kind::refuse;
        route.cause = pooling::RefusalCause::unsupported_kind;
    }
    return route;
}

bool UpstreamPort::cuts_through(const pcie::TlpHeader& header, const Route& route) const noexcept {
    return route.kind == Route::Kind::device && models::cuts_through(config_.switching, header);
}

SimTime UpstreamPort::ready(const pcie::Tlp& sent, SimTime first_beat, SimTime last_beat, const Route& route) const {
    const unsigned stages = config_.timing.inward();
    if (!cuts_through(sent.header, route)) {
        return config_.timing.passed(last_beat, stages);
    }
    const SimTime transfer = devices_[route.device.index()]->to_device().transfer_time(sent.header);
    return ready_cut_through(config_.timing, {port_.header_end(sent.header, first_beat), last_beat, transfer}, stages);
}

/// The TLP as it goes on inside the switch: with this port's RootId, whatever it said before, and as Type 0 on the last
/// bus.
pcie::TlpPtr UpstreamPort::tagged(const pcie::Tlp& tlp, const Route& route) {
    pcie::TlpPtr tagged = factory_.view(tlp, tlp.header, config_.root);
    if (route.kind == Route::Kind::device && route.convert_to_type_0) {
        pcie::TlpKind& kind = tagged->header.kind;
        kind = pcie::has_data(kind) ? pcie::TlpKind::config_write_0 : pcie::TlpKind::config_read_0;
    }
    return tagged;
}

void UpstreamPort::on_room(Port& /*port*/) { to_link_.wake_for_room(); }

void UpstreamPort::take(pooling::DeviceIndex device, CrossbarEntry&& entry) {
    fence_.note_arrival(entry.ready);
    to_link_.push(device.index(), std::move(entry));
}

void UpstreamPort::end_fenced(std::size_t input, const CrossbarEntry& entry, SimTime edge) {
    devices_[input]->end_fenced(*this, entry, edge);
}

void UpstreamPort::on_link_up(Port& /*port*/) {
    fence_.end(now());
    link_changes(true);
}

bool UpstreamPort::is_fenced(const Port& /*port*/) const { return fence_.holds_at(now()); }

Waiting UpstreamPort::waiting() const noexcept {
    if (to_link_.queued() == 0 || fence_.holds_at(now())) {
        return Waiting::nothing;
    }
    return to_link_.has_deadline() || fence_.armed() ? Waiting::for_time : Waiting::for_others;
}

void UpstreamPort::on_link_error(Port& /*port*/, pcie::ErrorKind kind) {
    virtual_switch_.report_link_error(kind);
    send_error(answer_rank(0, AnswerCause::link));
}

/// An edge at this very moment does not see it, whoever is processed first (docs/timing.md 1).
void UpstreamPort::link_changes(bool up) {
    link_up_ = up;
    after_instant_.arm(now() + SimTime{1});
}

/// What this root has in the switch's own functions is not executed any more (PCIe base 6.6.1).
void UpstreamPort::follow_link() {
    if (!link_up_) {
        to_local_.flush(0);
    }
    virtual_switch_.set_link(link_up_);
}

void UpstreamPort::answer(pcie::TlpPtr completion, SimTime edge, unsigned rank) {
    internal_.push(std::move(completion), edge, rank);
}

void UpstreamPort::send_error(SimTime edge, unsigned rank) {
    if (pcie::TlpPtr message = virtual_switch_.take_error()) {
        message->injected_at = edge;
        answer(std::move(message), edge, rank);
    }
}

void UpstreamPort::LinkSink::deliver(std::size_t /*input*/, CrossbarEntry& entry, SimTime edge) {
    const SimTime latency = owner_.config_.timing.cycles(owner_.egress_cycles());
    owner_.times_.egress += latency;
    send_granted(owner_.port_, owner_.config_.timing, entry.tlp, entry, edge, latency);
    owner_.fence_.note_grant(edge);
}

void UpstreamPort::LocalSink::deliver(std::size_t /*input*/, CrossbarEntry& entry, SimTime edge) {
    pcie::TlpPtr completion;
    switch (entry.route.kind) {
    case Route::Kind::local:
        completion = owner_.virtual_switch_.execute(*entry.tlp, entry.route);
        break;
    case Route::Kind::refuse:
    case Route::Kind::probe:
        completion =
            owner_.virtual_switch_.refuse(*entry.tlp, entry.route.cause, entry.route.kind == Route::Kind::refuse);
        break;
    default:
        break; // a message is consumed
    }
    owner_.send_error(
        edge, answer_rank(0, AnswerCause::request_of_root)); // before the completion, which pushes it to the root
    if (completion) {
        owner_.answer(std::move(completion), edge, answer_rank(0, AnswerCause::request_of_root));
    }
}

} // namespace rootpool::models
