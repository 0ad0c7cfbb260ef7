#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rootpool::models {

/// A first-in first-out queue over one array that grows by doubling and never shrinks: nothing is allocated in a steady
/// state.
template <typename T>
class RingQueue {
public:
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] T& front() noexcept { return slots_[first_]; }
    [[nodiscard]] T& back() noexcept { return (*this)[count_ - 1]; }
    /// Counted from the front.
    [[nodiscard]] T& operator[](std::size_t index) noexcept { return slots_[(first_ + index) & (slots_.size() - 1)]; }

    void push(T value) {
        if (count_ == slots_.size()) {
            grow();
        }
        slots_[(first_ + count_) & (slots_.size() - 1)] = std::move(value);
        ++count_;
    }
    T pop() {
        T value = std::move(front());
        front() = T{}; // drops what it holds
        first_ = (first_ + 1) & (slots_.size() - 1);
        --count_;
        return value;
    }

private:
    void grow() {
        std::vector<T> larger(slots_.empty() ? initial_capacity : slots_.size() * 2);
        for (std::size_t i = 0; i < count_; ++i) {
            larger[i] = std::move((*this)[i]);
        }
        slots_ = std::move(larger);
        first_ = 0;
    }

    static constexpr std::size_t initial_capacity = 16; ///< a power of two
    std::vector<T> slots_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

} // namespace rootpool::models
