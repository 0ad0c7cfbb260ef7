#include "tests/reference/upstream_port.h"

#include "tests/reference/downstream_port.h"
#include "tests/reference/sharing_engine.h"

namespace rootpool::reference {

namespace {

using Leads = OutputName::Leads;

ArbiterSettings arbiter_of(const SwitchSettings& settings, std::size_t inputs) {
    return {settings.arbiter, inputs, {}, {}, settings.mutation};
}

pcie::TlpKind type_0(pcie::TlpKind kind) noexcept {
    return pcie::has_data(kind) ? pcie::TlpKind::config_write_0 : pcie::TlpKind::config_read_0;
}

} // namespace

UpstreamPort::UpstreamPort(std::size_t number, LinkEnd& end, const SwitchSettings& settings, pcie::TlpFactory& factory,
                           SwitchCoverage& coverage)
    : SwitchPort(end, {Leads::to_root, number}, arbiter_of(settings, settings.devices.size() + 1),
                 settings.stages.inward(), settings, egress_, coverage),
      root_(static_cast<std::uint8_t>(number)), factory_(factory),
      bridges_(settings.roots.at(number), settings.tagging),
      to_own_({Leads::to_own_functions, number}, arbiter_of(settings, 1), settings, own_functions_, coverage),
      fence_(to_link_, settings, coverage) {}

void UpstreamPort::set_recorder(GrantRecorder& recorder) noexcept {
    to_link_.set_recorder(recorder);
    to_own_.set_recorder(recorder);
}

void UpstreamPort::answer(pcie::TlpPtr completion, Edge decided, unsigned rank) {
    const unsigned place = settings_.mutation == Mutation::answers_in_no_order ? ~rank : rank;
    to_link_.put(settings_.devices.size(),
                 {std::move(completion), decided + settings_.stages.local - 1, place, {}, nullptr});
}

LinkChange UpstreamPort::follow_link(Edge now) {
    const LinkChange change = link_.take_change();
    bridges_.reset(!change.is_up);
    if (!change.is_up) {
        to_own_.flush(0, now);
    }
    return change;
}

void UpstreamPort::begin(const Beginning& beginning, Edge now) {
    const Destination to = bridges_.route(beginning.tlp->header);
    if (!settings_.cut_through || to.kind != Destination::Kind::device ||
        !may_be_cut_through(beginning.tlp->header, settings_.mutation)) {
        return;
    }
    CrossbarOutput& output = devices_[to.device]->to_device();
    output.put(root_.index(), cut_through(beginning, tagged(*beginning.tlp, to), output, link_, now));
}

void UpstreamPort::take(const Buffered& received, Edge now) {
    if (link_.was_cut_through(received.tlp)) {
        return;
    }
    const Destination to = bridges_.route(received.tlp->header);
    const Edge ready = ready_after(now);
    Queued queued{tagged(*received.tlp, to), ready, 0, received, &link_, {}, 0, ready};
    if (to.kind == Destination::Kind::device) {
        devices_[to.device]->to_device().put(root_.index(), std::move(queued));
    } else {
        to_own_.put(0, std::move(queued));
    }
}

/// The TLP as it goes on has this root's number, whatever it came with.
pcie::TlpPtr UpstreamPort::tagged(const pcie::Tlp& received, const Destination& to) {
    pcie::TlpHeader header = received.header;
    if (to.becomes_type_0) {
        header.kind = type_0(header.kind);
    }
    return factory_.view(received, header, root_);
}

void UpstreamPort::end_fenced(Edge now) {
    if (settings_.mutation == Mutation::fence_spares_arrivals && !fence_.has_begun(now)) {
        return;
    }
    for (std::size_t device = 0; device < devices_.size(); ++device) {
        const CrossbarQueue& queue = to_link_.queue(device);
        while (!queue.empty() && queue.at(0).ready < now) {
            ++(fence_.has_begun(now) ? coverage_.fenced_waiting : coverage_.fenced_later);
            devices_[device]->end_fenced(to_link_.take_first(device, now), *this, now);
        }
    }
}

void UpstreamPort::Egress::granted(std::size_t /*input*/, const Queued& queued, Edge now) {
    const StageCycles& stages = port_.settings_.stages;
    port_.link_.send(port_.handed(queued, now + stages.arbitration + stages.egress));
}

void UpstreamPort::OwnFunctions::granted(std::size_t /*input*/, const Queued& queued, Edge now) {
    const pcie::TlpHeader& header = queued.tlp->header;
    if (pcie::flow_class(header.kind) != pcie::FlowClass::non_posted) {
        ++port_.coverage_.dropped;
        return;
    }
    const Destination to = port_.bridges_.route(header);
    if (to.kind == Destination::Kind::own_function) {
        ++port_.coverage_.answered;
        port_.answer(one_dword(port_.factory_, header, to.function, to.identity, port_.root_), now, 0);
    } else {
        ++port_.coverage_.refused_by_switch;
        port_.answer(unsupported(port_.factory_, header, port_.bridges_.refuser(), port_.root_), now, 0);
    }
}

} // namespace rootpool::reference
