#include "tests/reference/downstream_port.h"

namespace rootpool::reference {

DownstreamPort::DownstreamPort(std::size_t number, Link& link, const SwitchSettings& settings,
                               pcie::TlpFactory& factory, SwitchCoverage& coverage)
    : SwitchPort(
          link.end(0), {OutputName::Leads::to_device, number},
          {settings.arbiter, settings.roots.size() + 1, settings.weights, settings.priorities, settings.mutation},
          settings.stages.inward() + settings.stages.toward_root(), settings, *this, coverage),
      number_(number), factory_(factory), device_link_(link),
      engine_(settings.devices.at(number), settings, factory, coverage) {
    shares_.reserve(settings.roots.size());
    for (std::size_t root = 0; root < settings.roots.size(); ++root) {
        shares_.emplace_back(link_, settings, coverage);
    }
}

void DownstreamPort::begin(const Beginning& beginning, Edge now) {
    if (!settings_.cut_through || !may_be_cut_through(beginning.tlp->header, settings_.mutation)) {
        return;
    }
    const EngineResult result = decide(*beginning.tlp, SharingEngine::State::kept);
    if (result.kind != EngineResult::Kind::forwarded) {
        return;
    }
    CrossbarOutput& output = roots_[result.root.index()]->to_root();
    RootShare& share = shares_[result.root.index()];
    Queued queued = cut_through(beginning, result.tlp, output, share, now);
    if (beginning.is_good) {
        share.come(queued.received, queued.ready);
    }
    output.put(number_, std::move(queued));
}

/// What was received before the link went down was taken.
void DownstreamPort::follow_link(Edge now) {
    while (link_.has_change(time_of(now))) {
        is_connected_ = link_.take_change().is_up;
        if (!is_connected_) {
            to_link_.flush(answers(), now);
            engine_.forget();
        }
    }
}

void DownstreamPort::follow_root(pcie::RootId root, const LinkChange& change, Edge now) {
    if (root == engine_.master()) {
        const bool is_late = settings_.mutation == Mutation::hot_reset_one_cycle_late;
        device_link_.hold_reset(!change.is_up, change.at + (is_late ? time_of(1) : SimTime{}));
    }
    if (change.is_up) {
        return;
    }
    if (settings_.mutation != Mutation::queues_survive_reset) {
        to_link_.flush(root.index(), now);
        roots_[root.index()]->to_root().flush(number_, now);
    }
    const Edge late = settings_.mutation == Mutation::function_reset_plus_one ? 1 : 0;
    for (const pcie::TlpPtr& request : engine_.reset_root(root)) {
        to_link_.put(answers(), {request, now + settings_.stages.local - 1 + late, 1U + root.value(), {}, nullptr});
    }
}

void DownstreamPort::take(const Buffered& received, Edge now) {
    const Edge ready = ready_after(now);
    const EngineResult result = decide(*received.tlp, SharingEngine::State::follows);
    if (link_.was_cut_through(received.tlp)) {
        return;
    }
    if (result.kind == EngineResult::Kind::forwarded) {
        RootShare& share = shares_[result.root.index()];
        share.come(received, ready);
        roots_[result.root.index()]->to_root().put(number_, {result.tlp, ready, 0, received, &share, {}, 0, ready});
        return;
    }
    const Edge seen = ready + 1;
    link_.release(received, time_of(seen));
    if (result.kind == EngineResult::Kind::answered) {
        ++coverage_.refused_to_device;
        to_link_.put(answers(), {result.tlp, seen + settings_.stages.local - 1, 0, {}, nullptr});
    }
}

void DownstreamPort::end_fenced(const Queued& queued, const UpstreamPort& root, Edge now) {
    if (queued.bad_end) {
        return;
    }
    queued.from->release(queued.received, time_of(now));
    if (pcie::TlpPtr answer = refuse_fenced(queued.received.tlp->header, root)) {
        ++coverage_.fenced_answered;
        to_link_.put(answers(), {std::move(answer), now + settings_.stages.local - 1, 0, {}, nullptr});
    }
}

/// None for what is not answered.
pcie::TlpPtr DownstreamPort::refuse_fenced(const pcie::TlpHeader& request, const UpstreamPort& root) const {
    return pcie::flow_class(request.kind) == pcie::FlowClass::non_posted
               ? unsupported(factory_, request, root.bridges().above(number_).id, root.root())
               : nullptr;
}

/// The engine, then the bridges of the root that it chose.
EngineResult DownstreamPort::decide(const pcie::Tlp& tlp, SharingEngine::State state) {
    EngineResult result = engine_.from_device(tlp, state);
    if (result.kind != EngineResult::Kind::forwarded) {
        return result;
    }
    const RootBridges& bridges = roots_[result.root.index()]->bridges();
    const Upward upward = bridges.upward(result.tlp->header);
    if (upward == Upward::goes) {
        return result;
    }
    coverage_.lost_above += upward == Upward::lost ? 1 : 0;
    const bool is_answered =
        upward == Upward::refused && pcie::flow_class(tlp.header.kind) == pcie::FlowClass::non_posted;
    coverage_.dropped += is_answered ? 0 : 1;
    result.kind = is_answered ? EngineResult::Kind::answered : EngineResult::Kind::dropped;
    result.tlp = is_answered ? unsupported(factory_, tlp.header, bridges.above(number_).id, result.root) : nullptr;
    return result;
}

/// A TLP of a root that is fenced, and that asks for something.
bool DownstreamPort::is_stopped(const pcie::Tlp& tlp, const UpstreamPort& root) const {
    const bool passes = pcie::is_completion(tlp.header.kind) && settings_.mutation != Mutation::fence_stops_completions;
    return root.fence().holds() && !passes && settings_.mutation != Mutation::fence_spares_requests;
}

void DownstreamPort::granted(std::size_t input, const Queued& queued, Edge now) {
    const StageCycles& stages = settings_.stages;
    const Edge ready = now + stages.arbitration + stages.toward_device() + stages.egress;
    Handed sent = handed(queued, ready);
    if (input == answers()) {
        if (is_connected_) {
            const bool is_own = pcie::flow_class(queued.tlp->header.kind) == pcie::FlowClass::non_posted;
            sent.tlp = is_own ? engine_.send_own(*queued.tlp) : queued.tlp;
            link_.send(sent);
        }
        return;
    }
    const auto rank = static_cast<unsigned>(number_ + 1); // behind the root's own functions
    UpstreamPort& root = *roots_[input];
    if (is_stopped(*queued.tlp, root)) {
        ++coverage_.fenced_requests;
        if (pcie::TlpPtr answer = refuse_fenced(queued.tlp->header, root)) {
            root.answer(std::move(answer), now + stages.toward_device(), rank);
        }
        return;
    }
    coverage_.refused_without_link += is_connected_ ? 0 : 1;
    const EngineResult result = is_connected_ ? engine_.from_root(*queued.tlp) : engine_.without_link(*queued.tlp);
    if (result.kind == EngineResult::Kind::forwarded) {
        sent.tlp = result.tlp;
        link_.send(sent);
    } else if (result.kind == EngineResult::Kind::answered) {
        coverage_.refused_to_root += result.tlp->header.status == pcie::CompletionStatus::successful ? 0 : 1;
        root.answer(result.tlp, now + stages.toward_device(), rank);
    }
}

} // namespace rootpool::reference
