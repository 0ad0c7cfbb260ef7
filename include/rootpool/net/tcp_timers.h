#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/time.h"

namespace rootpool::net {

enum class TcpTimer : std::uint8_t { retransmit, persist, delayed_ack, time_wait, count_ };

/// The timers of one connection. They end on a tick of the kernel clock, at or after the time asked for.
class TcpTimers {
public:
    explicit TcpTimers(SimTime tick) noexcept : tick_(tick) { deadlines_.fill(core::never); }

    void start(TcpTimer timer, SimTime now, SimTime delay) noexcept {
        deadlines_[index(timer)] = core::align_up(now + delay, tick_);
    }
    void stop(TcpTimer timer) noexcept { deadlines_[index(timer)] = core::never; }
    void stop_all() noexcept { deadlines_.fill(core::never); }
    [[nodiscard]] bool running(TcpTimer timer) const noexcept { return deadlines_[index(timer)] != core::never; }

    /// core::never when none runs.
    [[nodiscard]] SimTime earliest() const noexcept { return *std::min_element(deadlines_.begin(), deadlines_.end()); }
    /// Stops one that has ended at `now` and names it.
    [[nodiscard]] std::optional<TcpTimer> take_ended(SimTime now) noexcept {
        const auto first = std::min_element(deadlines_.begin(), deadlines_.end());
        if (*first == core::never || *first > now) {
            return std::nullopt;
        }
        *first = core::never;
        return static_cast<TcpTimer>(first - deadlines_.begin());
    }

private:
    [[nodiscard]] static constexpr std::size_t index(TcpTimer timer) noexcept {
        return static_cast<std::size_t>(timer);
    }

    SimTime tick_;
    std::array<SimTime, static_cast<std::size_t>(TcpTimer::count_)> deadlines_{};
};

} // namespace rootpool::net
