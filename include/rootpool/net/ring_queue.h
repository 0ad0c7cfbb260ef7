#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace rootpool::net {

/// First in, first out, in a circular array that grows by doubling and never shrinks: no allocation in steady state
/// (std::deque frees and allocates blocks as its contents move on).
template <typename T>
class RingQueue {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T& front() noexcept { return slots_[first_]; }
    [[nodiscard]] const T& front() const noexcept { return slots_[first_]; }
    [[nodiscard]] T& back() noexcept { return slots_[at(size_ - 1)]; }

    void push(T value) {
        if (size_ == slots_.size()) {
            grow();
        }
        slots_[at(size_++)] = std::move(value);
    }
    void pop_front() noexcept {
        first_ = at(1);
        --size_;
    }
    void pop_back() noexcept { --size_; }

private:
    [[nodiscard]] std::size_t at(std::size_t index) const noexcept { return (first_ + index) & (slots_.size() - 1); }
    void grow() {
        std::vector<T> larger(std::max<std::size_t>(16, slots_.size() * 2)); // a power of two: at() masks
        for (std::size_t i = 0; i < size_; ++i) {
            larger[i] = std::move(slots_[at(i)]);
        }
        slots_.swap(larger);
        first_ = 0;
    }

    std::vector<T> slots_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

} // namespace rootpool::net
