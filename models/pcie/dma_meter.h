#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/core/time.h"

namespace rootpool::models {

/// Rate of transfers within a window of time, from the end of the first of them to the end of the last: so it does not
/// depend on where between two transfers the window begins.
class TransferMeter {
public:
    /// Counts transfers that end at `from` or later, and before `until`.
    TransferMeter(SimTime from, SimTime until) noexcept : from_(from), until_(until) {}

    void add(std::uint32_t bytes, SimTime at) noexcept {
        if (at < from_ || at >= until_) {
            return;
        }
        if (transfers_ == 0) {
            first_ = at;
        } else {
            bytes_after_first_ += bytes;
        }
        last_ = at;
        ++transfers_;
    }

    [[nodiscard]] std::uint64_t transfers() const noexcept { return transfers_; }
    /// Payload in b/s; none unless two transfers ended at different times.
    [[nodiscard]] std::optional<double> bandwidth() const noexcept {
        if (last_ == first_) {
            return std::nullopt;
        }
        constexpr double bits_per_byte = 8;
        return bits_per_byte * static_cast<double>(bytes_after_first_) /
               std::chrono::duration<double>(last_ - first_).count();
    }

private:
    SimTime from_;
    SimTime until_;
    SimTime first_{};
    SimTime last_{};
    std::uint64_t bytes_after_first_ = 0;
    std::uint64_t transfers_ = 0;
};

/// Every latency of a run.
class LatencySamples {
public:
    void clear() { samples_.clear(); }
    void reserve(std::size_t count) { samples_.reserve(count); }
    void add(SimTime latency) { samples_.push_back(latency); }

    [[nodiscard]] std::size_t count() const noexcept { return samples_.size(); }
    /// The smallest latency that at least `percent` % of all do not exceed ("nearest rank"): 0 the smallest, 50 the
    /// median, 100 the largest. 0 without samples.
    [[nodiscard]] SimTime percentile(unsigned percent) {
        if (samples_.empty()) {
            return SimTime{0};
        }
        const std::size_t rank = std::max<std::size_t>((samples_.size() * percent + 99) / 100, 1);
        const auto position = samples_.begin() + static_cast<std::ptrdiff_t>(rank - 1);
        std::nth_element(samples_.begin(), position, samples_.end());
        return *position;
    }

private:
    std::vector<SimTime> samples_;
};

} // namespace rootpool::models
