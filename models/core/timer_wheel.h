#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "models/core/timer.h"

namespace rootpool::models {

/// Timers of the next microsecond, in slots of about a nanosecond. All its timers are less than `span` after the one
/// that is taken out first, or after the time of which all are at or after.
class TimerWheel {
public:
    static constexpr std::size_t slot_count = 1024;
    static constexpr unsigned slot_bits = 20; ///< of a time in femtoseconds, that a slot does not tell apart
    static constexpr SimTime span{static_cast<std::int64_t>(slot_count - 1) << slot_bits};

    void insert(Timer& timer) noexcept {
        timer.queue_ = Timer::Queue::wheel;
        const std::size_t slot = slot_of(timer.deadline());
        Timer** link = &slots_[slot];
        Timer* before = nullptr;
        while (*link != nullptr && (*link)->is_before(timer)) {
            before = *link;
            link = &before->next_;
        }
        timer.previous_ = before;
        timer.next_ = *link;
        if (timer.next_ != nullptr) {
            timer.next_->previous_ = &timer;
        }
        *link = &timer;
        words_[slot / word_bits] |= std::uint64_t{1} << slot % word_bits;
        used_words_ |= 1U << slot / word_bits;
    }
    void remove(Timer& timer) noexcept {
        timer.queue_ = Timer::Queue::none;
        if (timer.next_ != nullptr) {
            timer.next_->previous_ = timer.previous_;
        }
        if (timer.previous_ != nullptr) {
            timer.previous_->next_ = timer.next_;
            return;
        }
        const std::size_t slot = slot_of(timer.deadline());
        slots_[slot] = timer.next_;
        if (timer.next_ == nullptr) {
            words_[slot / word_bits] &= ~(std::uint64_t{1} << slot % word_bits);
            used_words_ &= words_[slot / word_bits] == 0 ? ~(1U << slot / word_bits) : ~0U;
        }
    }
    /// The first timer, all of which are at or after `time`; null: there is none.
    [[nodiscard]] Timer* first(SimTime time) const noexcept {
        if (used_words_ == 0) {
            return nullptr;
        }
        const std::size_t from = slot_of(time);
        const std::uint64_t rest = words_[from / word_bits] & ~std::uint64_t{0} << from % word_bits;
        if (rest != 0) {
            return slots_[from / word_bits * word_bits + lowest(rest)];
        }
        const std::uint32_t later = used_words_ & ~((2U << from / word_bits) - 1U);
        const std::size_t word = lowest(later != 0 ? later : used_words_); // once around
        return slots_[word * word_bits + lowest(words_[word])];
    }

private:
    static constexpr std::size_t word_bits = 64;
    static constexpr std::size_t word_count = slot_count / word_bits;
    static_assert(word_count <= 32);

    [[nodiscard]] static std::size_t slot_of(SimTime time) noexcept {
        return static_cast<std::uint64_t>(time.count()) >> slot_bits & (slot_count - 1);
    }
    [[nodiscard]] static std::size_t lowest(std::uint64_t bits) noexcept {
        return static_cast<std::size_t>(std::countr_zero(bits));
    }

    std::array<Timer*, slot_count> slots_{}; ///< lists, in the order in which the timers fire
    std::array<std::uint64_t, word_count> words_{};
    std::uint32_t used_words_ = 0;
};

} // namespace rootpool::models
