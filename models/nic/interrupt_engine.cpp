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
    SimTime& due = due_[function.index()];
    if (due == core::never) {
        waiting_.push_back(function);
    }
    due = std::min(due, context_.after(now(), context_.config.interrupt_cycles));
    timer_.arm_no_later_than(due);
}

void InterruptEngine::serve_due() {
    SimTime next = core::never;
    for (std::size_t i = 0; i < waiting_.size();) {
        const FunctionNumber function = waiting_[i];
        SimTime& due = due_[function.index()];
        if (due <= now()) {
            due = context_.device.interrupts().service(function, context_.device.interrupt_gates(function), now(),
                                                       nic::InterruptUnit::Sink::to<&InterruptEngine::send>(*this));
        }
        next = std::min(next, due);
        if (due == core::never) {
            waiting_[i] = waiting_.back();
            waiting_.pop_back();
        } else {
            ++i;
        }
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
