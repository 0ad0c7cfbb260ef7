#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace rootpool::core {

/// First in, first out, in a circular array that grows by doubling and never shrinks: no allocation in steady state
/// (std::deque frees and allocates blocks as its contents move on). Indices count from the front. What a T was moved
/// from holds nothing.
template <typename T>
class RingQueue {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T& front() noexcept { return slots_[first_]; }
    [[nodiscard]] const T& front() const noexcept { return slots_[first_]; }
    [[nodiscard]] T& back() noexcept { return slots_[at(size_ - 1)]; }
    [[nodiscard]] T& operator[](std::size_t index) noexcept { return slots_[at(index)]; }
    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return slots_[at(index)]; }

    void push(const T& value) { push(T(value)); }
    void push(T&& value) {
        if (size_ == capacity_) {
            grow();
        }
        slots_[at(size_++)] = std::move(value);
    }
    /// Puts `value` before the element that has this index now; `index` up to size().
    void insert(std::size_t index, T value) {
        push(std::move(value));
        for (std::size_t i = size_ - 1; i > index; --i) {
            std::swap(slots_[at(i)], slots_[at(i - 1)]);
        }
    }
    T pop() {
        T value = std::move(front());
        first_ = at(1);
        --size_;
        return value;
    }
    void pop_front() {
        drop(front());
        first_ = at(1);
        --size_;
    }
    void pop_back() {
        drop(back());
        --size_;
    }
    /// Takes out an element; those before it move up by one.
    T take(std::size_t index) {
        for (std::size_t i = index; i > 0; --i) {
            std::swap(slots_[at(i)], slots_[at(i - 1)]);
        }
        return pop();
    }
    void clear() {
        while (!empty()) {
            pop_front();
        }
    }

private:
    [[nodiscard]] std::size_t at(std::size_t index) const noexcept { return (first_ + index) & mask_; }
    /// Lets go of what an element holds.
    static void drop(T& element) {
        if constexpr (!std::is_trivially_destructible_v<T>) {
            std::destroy_at(&element);
            std::construct_at(&element);
        }
    }
    void grow() {
        const std::size_t larger = std::max<std::size_t>(16, capacity_ * 2); // a power of two: at() masks
        auto slots = std::make_unique<T[]>(larger);
        for (std::size_t i = 0; i < size_; ++i) {
            slots[i] = std::move(slots_[at(i)]);
        }
        slots_ = std::move(slots);
        capacity_ = larger;
        mask_ = larger - 1;
        first_ = 0;
    }

    std::unique_ptr<T[]> slots_;
    std::size_t capacity_ = 0;
    std::size_t mask_ = 0; ///< capacity_ less 1
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

} // namespace rootpool::core
