#pragma once

#include <vector>

#include "models/core/timer.h"

namespace rootpool::models {

/// Timers of any time, a binary heap.
class TimerHeap {
public:
    [[nodiscard]] Timer* first() const noexcept { return timers_.empty() ? nullptr : timers_.front(); }
    void insert(Timer& timer);
    void remove(Timer& timer) noexcept;

private:
    void sift_up(std::size_t position) noexcept;
    void sift_down(std::size_t position) noexcept;
    void place(std::size_t position, Timer* timer) noexcept;

    std::vector<Timer*> timers_;
};

} // namespace rootpool::models
