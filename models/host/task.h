#pragma once

#include <algorithm>

#include "models/host/packet_processing.h"
#include "models/host/server.h"

namespace rootpool::models {

/// A user process on one core: runs in pieces (system calls, work of its own), sleeps, is woken.
class Task {
public:
    Task(Server& server, PacketProcessing& processing, std::size_t core) noexcept
        : core_(server.core(core)), cpu_(server.cpu()), processing_(processing) {}

    /// One system call that moves `bytes` between user and kernel; `effect` is what the kernel does at the end of it.
    void system_call(std::uint64_t bytes, CpuCore::Effect effect) {
        const SimTime cost = cpu_.system_call + static_cast<std::int64_t>(bytes) * cpu_.copy_per_byte;
        core_.post(CpuPriority::task, std::max(cost, least_cost), effect);
    }
    /// After a call into the stack: the core pays for what the stack did on this task's behalf, then goes on with
    /// `next`.
    void pay_and(CpuCore::Effect next) { core_.post(CpuPriority::task, processing_.settle(), next); }
    /// Somebody woke the sleeping task: it runs again after wake-up and context switch.
    void wake(CpuCore::Effect effect) { core_.post(CpuPriority::task, cpu_.wake_up + cpu_.context_switch, effect); }

    [[nodiscard]] host::NetworkStack& stack() noexcept { return processing_.stack(); }

private:
    /// Also where a profile says 0: a program that calls again and again must not stop time.
    static constexpr SimTime least_cost = 1ns;

    CpuCore& core_;
    const host::CpuProfile& cpu_;
    PacketProcessing& processing_;
};

} // namespace rootpool::models
