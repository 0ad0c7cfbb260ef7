#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "models/core/scheduler.h"
#include "models/pcie/port.h"
#include "models/pcie/request_tags.h"
#include "rootpool/core/delegate.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// What a request of the processor came to. `value` is all ones unless the status is successful.
struct ProcessorCompletion {
    pcie::CompletionStatus status = pcie::CompletionStatus::successful;
    std::uint32_t value = 0xFFFF'FFFFU;
    bool timed_out = false;
};

/// The requests of a processor through its root port: they wait for a tag, leave, and are answered, time out or come
/// back from a link that is down. Answers reach the core in the order of their times, those of functions inside the
/// root complex among them.
class ProcessorRequests {
public:
    using Done = core::Delegate<void(const ProcessorCompletion&)>;

    struct Config {
        SimTime latency;            ///< between a core and the root port, each way
        SimTime completion_timeout; ///< from the issue of a request to the end of the wait for its completion
    };
    struct Events {
        core::Delegate<void()> before_answer; ///< the core will look at memory
        core::Delegate<void()> timed_out;     ///< for each request
    };
    ProcessorRequests(Scheduler& scheduler, const Config& config, const Events& events, Port& port,
                      pcie::TlpFactory& tlps);

    /// A non-posted request, without its tag; `value` is what it writes.
    void issue(const pcie::TlpHeader& header, std::uint32_t value, Done done);
    /// A write that nobody answers.
    void post(const pcie::TlpHeader& header, std::uint32_t value);
    /// A request ended inside the root complex: the answer has the way there and back.
    void answer_local(Done done, const ProcessorCompletion& completion) {
        answer_later(done, completion, now() + 2 * config_.latency, std::nullopt);
    }
    /// A completion with this tag comes. Whom answer() is to tell; nobody if no request waits for it.
    [[nodiscard]] std::optional<Done> complete(pcie::Tag tag) noexcept;
    /// What the completion says, at the root port `at`.
    void answer(pcie::Tag tag, Done done, const ProcessorCompletion& completion, SimTime at);
    /// The link, which is down, handed a TLP back.
    void take_back(const pcie::Tlp& tlp);
    /// The link went down: nothing comes any more for requests that timed out.
    void forget_late() noexcept { tags_.forget_late(); }
    /// No request is without answer.
    [[nodiscard]] bool idle() const noexcept;

private:
    struct Request {
        pcie::TlpHeader header;
        std::uint32_t value = 0;
        Done done;
    };
    struct Answer {
        Done done;
        ProcessorCompletion completion;
        SimTime at;
        std::optional<unsigned> tag; ///< that is free again then
    };
    void send_waiting();
    void send(const pcie::TlpHeader& header, std::uint32_t value);
    void answer_later(Done done, const ProcessorCompletion& completion, SimTime at, std::optional<unsigned> tag);
    void deliver_answers();
    void time_out();

    Config config_;
    Events events_;
    Port& port_;
    pcie::TlpFactory& tlps_;
    RequestTags<Done> tags_;
    std::deque<Request> waiting_;
    std::deque<Answer> answers_; ///< by time
    Timer answer_timer_;
    Timer timeout_timer_;
};

} // namespace rootpool::models
