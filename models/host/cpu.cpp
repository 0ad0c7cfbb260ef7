#include "models/host/cpu.h"

namespace rootpool::models {

CpuCore::CpuCore(Scheduler& scheduler, core::Delegate<void()> before_effect)
    : before_effect_(before_effect), done_(scheduler, Timer::Callback::to<&CpuCore::finish>(*this)) {}

void CpuCore::post(CpuPriority priority, SimTime cost, Effect effect) {
    queues_[static_cast<std::size_t>(priority)].push_back({cost, effect});
    if (!busy_) {
        start_next();
    }
}

void CpuCore::start_next() {
    for (auto& queue : queues_) {
        if (!queue.empty()) {
            running_ = queue.front();
            queue.pop_front();
            busy_ = true;
            done_.arm(now() + running_.cost);
            return;
        }
    }
}

void CpuCore::finish() {
    busy_time_ += running_.cost;
    before_effect_();
    running_.effect(); // still busy: what it posts queues up behind more urgent work
    busy_ = false;
    start_next();
}

} // namespace rootpool::models
