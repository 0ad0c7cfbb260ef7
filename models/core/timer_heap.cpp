#include "models/core/timer_heap.h"

namespace rootpool::models {

void TimerHeap::insert(Timer& timer) {
    timer.queue_ = Timer::Queue::heap;
    timers_.push_back(&timer);
    place(timers_.size() - 1, &timer);
    sift_up(timers_.size() - 1);
}

void TimerHeap::remove(Timer& timer) noexcept {
    timer.queue_ = Timer::Queue::none;
    const std::size_t position = timer.position_;
    Timer* last = timers_.back();
    timers_.pop_back();
    if (last != &timer) {
        place(position, last);
        sift_up(position);
        sift_down(last->position_);
    }
}

void TimerHeap::sift_up(std::size_t position) noexcept {
    Timer* moving = timers_[position];
    while (position > 0) {
        const std::size_t parent = (position - 1) / 2;
        if (!moving->is_before(*timers_[parent])) {
            break;
        }
        place(position, timers_[parent]);
        position = parent;
    }
    place(position, moving);
}

void TimerHeap::sift_down(std::size_t position) noexcept {
    Timer* moving = timers_[position];
    while (true) {
        std::size_t child = 2 * position + 1;
        if (child >= timers_.size()) {
            break;
        }
        if (child + 1 < timers_.size() && timers_[child + 1]->is_before(*timers_[child])) {
            ++child;
        }
        if (!timers_[child]->is_before(*moving)) {
            break;
        }
        place(position, timers_[child]);
        position = child;
    }
    place(position, moving);
}

void TimerHeap::place(std::size_t position, Timer* timer) noexcept {
    timers_[position] = timer;
    timer->position_ = position;
}

} // namespace rootpool::models
