#pragma once

#include <array>
#include <vector>

#include "tests/reference/link_end.h"

/// The clocked twin: a second implementation of docs/timing.md that evaluates every tick, naively.
namespace rootpool::reference {

/// A PCIe link between end 0 and end 1.
class Link {
public:
    /// Throws std::invalid_argument for a generation, width or maximum payload that there is not.
    explicit Link(const LinkSettings& settings);
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] LinkEnd& end(unsigned number) { return ends_.at(number); }
    [[nodiscard]] const LinkTicks& ticks() const noexcept { return ticks_; }
    void set_recorder(Recorder& recorder) noexcept;

    /// A hot reset is commanded, or ends, at `at`: before the next tick, and after the last but one (docs/timing.md
    /// 2.7).
    void hold_reset(bool held, SimTime at);

    /// The tick that the next step evaluates.
    [[nodiscard]] Moment next() const noexcept { return now_; }
    /// Evaluates one tick of both ends.
    void step() {
        if (next_change_ <= now_.time || is_reset_) {
            follow_connection();
        }
        const Moment now = now_;
        ends_[0].take_inputs(now);
        ends_[1].take_inputs(now);
        if (is_up_) {
            decide(now);
        } else {
            return_queues(now);
        }
        ends_[0].receive(now, ends_[1]);
        ends_[1].receive(now, ends_[0]);
        run_timer(ends_[0], now.tick);
        run_timer(ends_[1], now.tick);
        if (ends_[0].asks_for_retraining() || ends_[1].asks_for_retraining()) {
            retrain();
        }
        now_ = {now.tick + 1, ticks_.time_of(now.tick + 1)};
    }
    /// Evaluates all ticks before `end`.
    void run_until(SimTime end) {
        while (now_.time < end) {
            step();
        }
    }

private:
    void follow_connection();
    void connect_or_not();
    void tell_next_down();
    [[nodiscard]] bool is_in_reset() noexcept;
    [[nodiscard]] Tick last_at(SimTime at) const noexcept;
    void decide(Moment now) {
        for (LinkEnd& end : ends_) {
            retrained_ <= now.tick ? end.decide(now) : end.hold_timer();
        }
    }
    void return_queues(Moment now);
    void run_timer(LinkEnd& end, Tick now) {
        if (end.has_timer_event(now)) {
            end.run_timer(now);
        }
    }
    void retrain() noexcept;

    LinkSettings settings_;
    LinkTicks ticks_;
    LinkLimits limits_;
    std::array<LinkEnd, 2> ends_;
    Moment now_;

    bool is_up_ = true;
    bool is_cut_ = false;   ///< by the settings
    bool is_reset_ = false; ///< commanded, and not over
    Tick reset_from_ = 0;
    Tick reset_until_ = 0;
    std::vector<SimTime> changes_; ///< alternately down and up
    std::size_t changes_done_ = 0;
    SimTime next_change_ = core::never;
    Tick retrained_ = 0; ///< first tick after the last retraining: the wires start nothing before it
};

} // namespace rootpool::reference
