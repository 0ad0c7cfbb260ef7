#include "models/pooling/device_ingress.h"

namespace rootpool::models {

using pooling::EngineOutput;

DeviceIngress::DeviceIngress(Scheduler& scheduler, const Config& config, Port& port, DeviceBridges& bridges,
                             InternalInput& answers)
    : config_(config), port_(port), bridges_(bridges), answers_(answers),
      timer_(scheduler, Timer::Callback::to<&DeviceIngress::decide>(*this)) {
    for (unsigned root = 0; root < config.roots; ++root) {
        queues_.push_back(std::make_unique<RootQueue>(
            scheduler, port_, RootQueue::Config{config.root_quota, config.root_reserve, config.timing.period}));
    }
}

void DeviceIngress::take(Arrival arrival) {
    if (undecided_.empty() && goes_up(arrival)) {
        send_up(std::move(arrival));
    } else {
        const SimTime seen = arrival.is_cut ? header_end(arrival) : arrival.last_beat;
        const SimTime edge = core::edge_after(seen, config_.timing.period);
        undecided_.push({std::move(arrival), edge});
        timer_.arm_no_later_than(edge);
    }
}

void DeviceIngress::forget_answers() noexcept {
    for (std::size_t i = 0; i < undecided_.size(); ++i) {
        undecided_[i].is_answered = false;
    }
}

bool DeviceIngress::goes_up(const Arrival& arrival) const {
    if (arrival.output.action != EngineOutput::Action::forward) {
        return false;
    }
    const pcie::TlpHeader& sent = arrival.output.tlp->header;
    const pooling::VirtualSwitch& bridges = root_of(arrival).virtual_switch();
    return !bridges.is_held(bridges_.device()) && pcie::error_message_of(sent) == pcie::ErrorMessage::none &&
           bridges.upward(bridges_.device(), sent) == pooling::RefusalCause::none;
}

void DeviceIngress::send_up(Arrival arrival) {
    CrossbarEntry entry;
    UpstreamPort& root = root_of(arrival);
    entry.ready = ready(arrival);
    entry.whole = whole(arrival);
    entry.tlp = std::move(arrival.output.tlp);
    if (arrival.is_bad) {
        entry.bad_end = entry.whole;
        root.take(bridges_.device(), std::move(entry));
        return;
    }
    entry.received = std::move(arrival.received);
    entry.from = &port_;
    entry.queue = queues_[root.root().index()].get();
    time_ += entry.ready - arrival.last_beat;
    entry.queue->arrive(entry.received, entry.ready);
    root.take(bridges_.device(), std::move(entry));
}

SimTime DeviceIngress::whole(const Arrival& arrival) const noexcept {
    return config_.timing.passed(arrival.last_beat, stages());
}

SimTime DeviceIngress::ready(const Arrival& arrival) const {
    if (!arrival.is_cut) {
        return whole(arrival);
    }
    const SimTime transfer = root_of(arrival).output().transfer_time(arrival.output.tlp->header);
    return ready_cut_through(config_.timing, {header_end(arrival), arrival.last_beat, transfer}, stages());
}

SimTime DeviceIngress::header_end(const Arrival& arrival) const noexcept {
    return port_.header_end(arrival.received->header, arrival.first_beat);
}

/// Refusals have registers to note them and answers in the order of arrival, so that they wait for the edge that
/// decides. What holds a root back may be over by then.
void DeviceIngress::decide() {
    while (!undecided_.empty() && undecided_.front().edge <= now()) {
        Undecided next = undecided_.pop();
        if (goes_up(next.arrival)) {
            send_up(std::move(next.arrival));
        } else if (!next.arrival.is_cut) {
            decide_whole(std::move(next.arrival), next.is_answered);
        } else if (!next.arrival.is_bad) {
            next.arrival.is_cut = false; // what is refused at its header is looked at again when it is whole
            next.edge = core::edge_after(next.arrival.last_beat, config_.timing.period);
            undecided_.insert(0, std::move(next));
        }
    }
    if (!undecided_.empty()) {
        timer_.arm(undecided_.front().edge);
    }
}

void DeviceIngress::decide_whole(Arrival arrival, bool is_answered) {
    if (arrival.output.action == EngineOutput::Action::forward && is_let_up(arrival)) {
        send_up(std::move(arrival));
    } else {
        refuse(std::move(arrival), is_answered);
    }
}

/// ERR_ messages pass the bridges that let them, and these take note (PCIe base 6.2.8.1).
bool DeviceIngress::is_let_up(const Arrival& arrival) {
    const pcie::Tlp& sent = *arrival.output.tlp;
    pooling::VirtualSwitch& bridges = root_of(arrival).virtual_switch();
    return pcie::is_message(sent.header.kind) && !bridges.is_held(bridges_.device()) &&
           bridges.forwards(bridges_.device(), sent.header);
}

void DeviceIngress::refuse(Arrival arrival, bool is_answered) {
    const SimTime stored = whole(arrival);
    const SimTime seen = stored + config_.timing.period; // the edge at which it would go
    time_ += stored - arrival.last_beat;
    EngineOutput& output = arrival.output;
    port_.release(*arrival.received, seen);
    bridges_.report(output, *arrival.received, seen, AnswerCause::request_of_device);
    pcie::TlpPtr answer = std::move(output.tlp);
    if (output.action == EngineOutput::Action::forward) {
        answer = refuse_upward(*arrival.received, *answer, seen);
    }
    if (answer && is_answered) {
        answers_.push(std::move(answer), seen, 0);
    }
}

/// By the bridges above. The link that they see is down: the TLP is lost.
pcie::TlpPtr DeviceIngress::refuse_upward(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge) {
    const pooling::DeviceIndex device = bridges_.device();
    UpstreamPort& root = bridges_.root(sent.root);
    pooling::VirtualSwitch& bridges = root.virtual_switch();
    if (bridges.is_held(device) || pcie::is_message(sent.header.kind)) {
        return nullptr;
    }
    pcie::TlpPtr answer = bridges.refuse_upward(device, received, sent.header, bridges.upward(device, sent.header));
    root.send_error(edge, bridges_.rank(AnswerCause::request_of_device));
    return answer;
}

} // namespace rootpool::models
