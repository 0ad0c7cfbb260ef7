#include "models/core/scheduler.h"

#include "rootpool/core/error.h"

namespace rootpool::models {

Timer::Timer(Scheduler& scheduler, Callback callback) noexcept
    : scheduler_(scheduler), callback_(callback), number_(scheduler.timers_++) {}

void Timer::arm(SimTime at) {
    cancel();
    at_ = at;
    scheduler_.insert(*this);
}

void Timer::arm_no_later_than(SimTime at) {
    if (!armed() || at < at_) {
        arm(at);
    }
}

void Timer::cancel() noexcept {
    if (armed()) {
        scheduler_.remove(*this);
    }
}

Scheduler::Scheduler(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(run);
    sensitive << wake_;
    dont_initialize();
}

void Scheduler::run() {
    const SimTime time = now();
    wake_at_ = core::never;
    running_ = true;
    while (!heap_.empty() && heap_.front()->at_ <= time) {
        Timer& timer = *heap_.front();
        remove(timer);
        ++fired_;
        timer.callback_();
    }
    running_ = false;
    wake_for_first();
}

void Scheduler::insert(Timer& timer) {
    if (timer.at_ < now()) {
        throw core::ModelViolation("a timer was armed for a moment that has passed");
    }
    heap_.push_back(&timer);
    place(heap_.size() - 1, &timer);
    sift_up(heap_.size() - 1);
    wake_for_first();
}

void Scheduler::remove(Timer& timer) noexcept {
    const std::size_t position = timer.position_;
    timer.position_ = Timer::idle;
    Timer* last = heap_.back();
    heap_.pop_back();
    if (last != &timer) {
        place(position, last);
        sift_up(position);
        sift_down(last->position_);
    }
}

bool Scheduler::earlier(const Timer& a, const Timer& b) noexcept {
    return a.at_ < b.at_ || (a.at_ == b.at_ && a.number_ < b.number_);
}

void Scheduler::sift_up(std::size_t position) noexcept {
    Timer* moving = heap_[position];
    while (position > 0) {
        const std::size_t parent = (position - 1) / 2;
        if (!earlier(*moving, *heap_[parent])) {
            break;
        }
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, moving);
}

void Scheduler::sift_down(std::size_t position) noexcept {
    Timer* moving = heap_[position];
    while (true) {
        std::size_t child = 2 * position + 1;
        if (child >= heap_.size()) {
            break;
        }
        if (child + 1 < heap_.size() && earlier(*heap_[child + 1], *heap_[child])) {
            ++child;
        }
        if (!earlier(*heap_[child], *moving)) {
            break;
        }
        place(position, heap_[child]);
        position = child;
    }
    place(position, moving);
}

void Scheduler::place(std::size_t position, Timer* timer) noexcept {
    heap_[position] = timer;
    timer->position_ = position;
}

void Scheduler::wake_for_first() {
    if (running_ || heap_.empty()) {
        return;
    }
    const SimTime first = heap_.front()->at_;
    if (first < wake_at_) { // sc_event keeps the earlier of two notifications
        wake_at_ = first;
        wake_.notify(to_sc_time(first - now()));
    }
}

} // namespace rootpool::models
