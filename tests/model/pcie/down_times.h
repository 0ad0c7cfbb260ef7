#pragma once

#include <span>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::models::test {

/// When a link of a test is down, and how much of that has passed.
class DownTimes {
public:
    /// The link goes down `count` times, once in 50 us.
    explicit DownTimes(std::size_t count);

    [[nodiscard]] const std::vector<TimeSpan>& all() const noexcept { return times_; }
    /// The link has come up once more by `at`; at most one time per call.
    [[nodiscard]] bool passes_one(SimTime at) noexcept;
    /// How often it came up again, as passes_one() has told.
    [[nodiscard]] std::size_t passed() const noexcept { return passed_; }
    [[nodiscard]] bool is_up(SimTime at) const noexcept {
        return passed_ == times_.size() || at < times_[passed_].from;
    }

private:
    std::vector<TimeSpan> times_;
    std::size_t passed_ = 0;
};

} // namespace rootpool::models::test
