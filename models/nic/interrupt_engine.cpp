#include "models/nic/interrupt_engine.h"

#include <algorithm>

namespace rootpool::models {

using nic::FunctionNumber;

InterruptEngine::InterruptEngine(const NicContext& context, DmaEngine& dma)
    : context_(context), dma_(dma), timer_(context.scheduler, Timer::Callback::to<&InterruptEngine::serve_due>(*this)) {
    due_.fill(core::never);
}

void InterruptEngine::on_change(FunctionNumber function) {
    if (context_.device.interrupts().quiet(function)) {
        return;
    }
    const SimTime at = context_.after(now(), context_.config.interrupt_cycles);
    wait_until(function, at);
    timer_.arm_no_later_than(at);
}

void InterruptEngine::wait_until(FunctionNumber function, SimTime at) {
    SimTime& due = due_[function.index()];
    if (due == core::never) {
        waiting_.push_back(function);
    }
    due = std::min(due, at);
}

/// A message pushes out what waits in front of it, and data that leaves raises causes: on_change() comes in the middle
/// of service(), for any function. A function therefore leaves the list before its turn, so that such a change puts it
/// back, and the earliest of all is looked for when nothing changes any more.
void InterruptEngine::serve_due() {
    for (std::size_t i = 0; i < waiting_.size();) {
        const FunctionNumber function = waiting_[i];
        if (due_[function.index()] > now()) {
            ++i;
            continue;
        }
        waiting_[i] = waiting_.back();
        waiting_.pop_back();
        due_[function.index()] = core::never;
        const SimTime again =
            context_.device.interrupts().service(function, context_.device.interrupt_gates(function), now(),
                                                 nic::InterruptUnit::Sink::to<&InterruptEngine::send>(*this));
        if (again != core::never) {
            wait_until(function, again);
        }
    }
    SimTime next = core::never;
    for (const FunctionNumber function : waiting_) {
        next = std::min(next, due_[function.index()]);
    }
    if (next != core::never) {
        timer_.arm(next);
    }
}

void InterruptEngine::send(FunctionNumber function, nic::MsixMessage message) {
    if (!context_.device.dma_allowed(function)) {
        ++context_.counters.interrupts_lost;
        return;
    }
    ++context_.counters.interrupts_sent;
    WriteRequest request;
    request.function = function;
    request.address = message.address;
    request.bytes = 4;
    core::store_le(request.inline_data.data(), message.data);
    dma_.write(std::move(request));
}

} // namespace rootpool::models
