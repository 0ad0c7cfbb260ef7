#pragma once

#include "models/host/server.h"
#include "rootpool/host/network_stack.h"

namespace rootpool::models {

/// The soft-interrupt side of a kernel's network stack: tells the stack the time, charges the core for what it did,
/// keeps its timers.
class PacketProcessing {
public:
    PacketProcessing(Server& server, host::NetworkStack& stack);

    [[nodiscard]] const host::CpuProfile& cpu() const noexcept { return server_.cpu(); }
    [[nodiscard]] host::NetworkStack& stack() noexcept { return stack_; }
    [[nodiscard]] Scheduler& scheduler() noexcept { return server_.scheduler(); }
    /// Runs `effect` on the core of packet processing after `cost` of its time.
    void run(SimTime cost, CpuCore::Effect effect) {
        server_.core(Server::interrupt_core).post(CpuPriority::soft_interrupt, cost, effect);
    }
    /// What the stack did since the last call costs this much of a core's time; whoever called into the stack spends
    /// it. Its timers are armed anew.
    [[nodiscard]] SimTime settle();

private:
    void on_timer();
    void run_timers();
    void nothing() {}

    Server& server_;
    host::NetworkStack& stack_;
    host::StackWork charged_;
    Timer timer_;
};

} // namespace rootpool::models
