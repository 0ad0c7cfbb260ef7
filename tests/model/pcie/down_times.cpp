#include "tests/model/pcie/down_times.h"

namespace rootpool::models::test {

DownTimes::DownTimes(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        times_.push_back({(i + 1) * 50us, (i + 1) * 50us + 5us + i % 1'000 * 7ns});
    }
}

bool DownTimes::passes_one(SimTime at) noexcept {
    const bool passes = passed_ < times_.size() && at >= times_[passed_].until;
    passed_ += passes ? 1 : 0;
    return passes;
}

} // namespace rootpool::models::test
