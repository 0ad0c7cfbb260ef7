#include "models/pcie/processor_requests.h"

#include <algorithm>

namespace rootpool::models {

ProcessorRequests::ProcessorRequests(Scheduler& scheduler, const Config& config, const Events& events, Port& port,
                                     pcie::TlpFactory& tlps)
    : config_(config), events_(events), port_(port), tlps_(tlps),
      answer_timer_(scheduler, Timer::Callback::to<&ProcessorRequests::deliver_answers>(*this)),
      timeout_timer_(scheduler, Timer::Callback::to<&ProcessorRequests::time_out>(*this)) {}

void ProcessorRequests::issue(const pcie::TlpHeader& header, std::uint32_t value, Done done) {
    waiting_.push_back({header, value, done});
    send_waiting();
}

void ProcessorRequests::post(const pcie::TlpHeader& header, std::uint32_t value) { send(header, value); }

void ProcessorRequests::send_waiting() {
    while (!waiting_.empty()) {
        const SimTime deadline = now() + config_.completion_timeout;
        const std::optional<unsigned> tag = tags_.take(waiting_.front().done, deadline);
        if (!tag) {
            return;
        }
        Request request = waiting_.front();
        waiting_.pop_front();
        request.header.tag = pcie::Tag(static_cast<std::uint16_t>(*tag));
        timeout_timer_.arm_no_later_than(deadline);
        send(request.header, request.value);
    }
}

void ProcessorRequests::send(const pcie::TlpHeader& header, std::uint32_t value) {
    pcie::PayloadSlice data;
    if (pcie::has_data(header.kind)) {
        data = {tlps_.payload(), 0, 4};
        core::store_le(data.buffer->data(), value);
    }
    pcie::TlpPtr tlp = tlps_.make(header, std::move(data));
    tlp->transaction = tlps_.next_transaction();
    tlp->injected_at = now() + config_.latency;
    port_.send(tlp, now() + config_.latency);
}

void ProcessorRequests::answer_later(Done done, const ProcessorCompletion& completion, SimTime at,
                                     std::optional<unsigned> tag) {
    const auto after = std::upper_bound(answers_.begin(), answers_.end(), at,
                                        [](SimTime time, const Answer& answer) { return time < answer.at; });
    answers_.insert(after, {done, completion, at, tag});
    answer_timer_.arm_no_later_than(at);
}

void ProcessorRequests::deliver_answers() {
    while (!answers_.empty() && answers_.front().at <= now()) {
        const Answer answer = answers_.front();
        answers_.pop_front();
        if (answer.tag) {
            tags_.give_back(*answer.tag);
        }
        events_.before_answer(); // a completion does not overtake posted writes of the device (PCIe base 2.4.1)
        answer.done(answer.completion);
    }
    if (!answers_.empty()) {
        answer_timer_.arm(answers_.front().at);
    }
    send_waiting();
}

void ProcessorRequests::time_out() {
    const SimTime next = tags_.time_out(now(), [this](const Done& done) {
        events_.timed_out();
        answer_later(done, {pcie::CompletionStatus::unsupported_request, 0xFFFF'FFFFU, true}, now(), std::nullopt);
    });
    if (next != core::never) {
        timeout_timer_.arm(next);
    }
    send_waiting();
}

std::optional<ProcessorRequests::Done> ProcessorRequests::complete(pcie::Tag tag) noexcept {
    return tags_.complete(static_cast<unsigned>(tag.index()));
}

void ProcessorRequests::answer(pcie::Tag tag, Done done, const ProcessorCompletion& completion, SimTime at) {
    answer_later(done, completion, at + config_.latency, static_cast<unsigned>(tag.index()));
}

/// A root port whose link is down completes requests with UR, and drops what is posted (PCIe base 2.9.1).
void ProcessorRequests::take_back(const pcie::Tlp& tlp) {
    if (pcie::flow_class(tlp.header.kind) != pcie::FlowClass::non_posted) {
        return;
    }
    if (const std::optional<Done> done = complete(tlp.header.tag)) {
        answer(tlp.header.tag, *done, {.status = pcie::CompletionStatus::unsupported_request},
               std::max(now(), tlp.injected_at));
    }
}

bool ProcessorRequests::idle() const noexcept { return waiting_.empty() && answers_.empty() && !tags_.any_waits(); }

} // namespace rootpool::models
