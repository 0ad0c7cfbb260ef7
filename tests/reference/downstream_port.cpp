#include "tests/reference/downstream_port.h"

namespace rootpool::reference {

DownstreamPort::DownstreamPort(std::size_t number, Link& link, const SwitchSettings& settings,
                               pcie::TlpFactory& factory, SwitchCoverage& coverage)
    : number_(number), settings_(settings), factory_(factory), coverage_(coverage), device_link_(link),
      link_(link.end(0), settings.mutation), engine_(settings.devices.at(number), settings, factory, coverage),
      to_device_(
          {OutputName::Leads::to_device, number},
          {settings.arbiter, settings.roots.size() + 1, settings.weights, settings.priorities, settings.mutation},
          settings, *this, coverage) {
    shares_.reserve(settings.roots.size());
    for (std::size_t root = 0; root < settings.roots.size(); ++root) {
        shares_.emplace_back(link_, settings, coverage);
    }
}

void DownstreamPort::take_news(Edge now) {
    while (link_.has_news(time_of(now))) {
        if (link_.has_beginning(time_of(now))) {
            begin(link_.take_beginning(), now);
        } else {
            take(link_.take_arrival(), now);
        }
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
    const Edge transfer = output.transfer_cycles(result.tlp->header);
    const CutThroughEdges edges =
        cut_through_edges(now, edge_after(beginning.last_beat), transfer, inward(), settings_.mutation);
    Queued queued{result.tlp, edges.ready};
    queued.whole = edges.whole;
    if (beginning.is_good) {
        RootShare& share = shares_[result.root.index()];
        queued.received = {beginning.tlp, beginning.connection};
        queued.from = &share;
        share.come(queued.received, edges.ready);
        link_.cut_through(beginning.tlp);
    } else {
        queued.bad_end = edges.whole;
    }
    ++coverage_.cut_through;
    output.put(number_, std::move(queued));
}

/// What was received before the link went down was taken.
void DownstreamPort::follow_link(Edge now) {
    while (link_.has_change(time_of(now))) {
        is_connected_ = link_.take_change().is_up;
        if (!is_connected_) {
            to_device_.flush(answers(), now);
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
        to_device_.flush(root.index(), now);
        roots_[root.index()]->to_root().flush(number_, now);
    }
    const Edge late = settings_.mutation == Mutation::function_reset_plus_one ? 1 : 0;
    for (const pcie::TlpPtr& request : engine_.reset_root(root)) {
        to_device_.put(answers(), {request, now + settings_.stages.local - 1 + late, 1U + root.value(), {}, nullptr});
    }
}

void DownstreamPort::take(const Buffered& received, Edge now) {
    const Edge ready = now + inward() - 1;
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
        to_device_.put(answers(), {result.tlp, seen + settings_.stages.local - 1, 0, {}, nullptr});
    }
}

void DownstreamPort::end_fenced(const Queued& queued, const UpstreamPort& root, Edge now) {
    if (queued.bad_end) {
        return;
    }
    queued.from->release(queued.received, time_of(now));
    if (pcie::TlpPtr answer = refuse_fenced(queued.received.tlp->header, root)) {
        ++coverage_.fenced_answered;
        to_device_.put(answers(), {std::move(answer), now + settings_.stages.local - 1, 0, {}, nullptr});
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
    Handed handed{queued.tlp, time_of(ready), time_of(ready + queued.transfer - 1), queued.bad_end.has_value(),
                  stages.transmit_crossing};
    if (input == answers()) {
        if (is_connected_) {
            const bool is_own = pcie::flow_class(queued.tlp->header.kind) == pcie::FlowClass::non_posted;
            handed.tlp = is_own ? engine_.send_own(*queued.tlp) : queued.tlp;
            link_.send(handed);
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
        handed.tlp = result.tlp;
        link_.send(handed);
    } else if (result.kind == EngineResult::Kind::answered) {
        coverage_.refused_to_root += result.tlp->header.status == pcie::CompletionStatus::successful ? 0 : 1;
        root.answer(result.tlp, now + stages.toward_device(), rank);
    }
}

} // namespace rootpool::reference
