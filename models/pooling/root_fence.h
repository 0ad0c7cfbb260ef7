#pragma once

#include <cstdint>

#include "models/pooling/crossbar.h"

namespace rootpool::models {

/// Cuts a root off from the devices when a TLP for it waits too long, and ends what waits for it while it is
/// (docs/timing.md 3.8). One timer, set while TLPs are there; under load it fires once in each time-out.
class RootFence {
public:
    /// A TLP left the queue of `input` at `edge`, because of the fence.
    using Ended = core::Delegate<void(std::size_t input, const CrossbarEntry& entry, SimTime edge)>;
    struct Config {
        std::size_t inputs = 1; ///< of the output: those from devices, which are the first
        SimTime timeout{};      ///< 0: never
        SimTime period{};       ///< of the fabric clock
    };
    /// `output` leads to `egress`, the port of the root.
    RootFence(Scheduler& scheduler, CrossbarOutput& output, const Port& egress, const Config& config, Ended ended)
        : output_(output), egress_(egress), config_(config), ended_(ended),
          timer_(scheduler, Timer::Callback::to<&RootFence::look>(*this)) {}

    /// A TLP is in one of the queues from `ready` on.
    void note_arrival(SimTime ready) { look_after(ready + (is_open() ? SimTime{1} : config_.timeout)); }
    /// A TLP was granted, and has a place of the egress port.
    void note_grant(SimTime edge) {
        if (!is_open()) {
            look_after(edge + config_.timeout);
        }
    }
    /// Edges after `at` see no fence any more.
    void end(SimTime at) {
        if (is_open()) {
            until_ = at;
            look_after(at + SimTime{1}); // what was granted meanwhile waits too
        }
    }
    [[nodiscard]] bool holds_at(SimTime edge) const noexcept { return from_ <= edge && edge <= until_; }
    /// The wait of some TLP has an end.
    [[nodiscard]] bool armed() const noexcept { return timer_.armed(); }
    /// How often the root was fenced.
    [[nodiscard]] std::uint64_t fences() const noexcept { return fences_; }

private:
    [[nodiscard]] bool is_open() const noexcept { return from_ != core::never && until_ == core::never; }
    void look();
    void look_after(SimTime earliest) {
        if (config_.timeout != SimTime{0} && (!timer_.armed() || earliest < timer_.deadline())) {
            timer_.arm(core::align_up(earliest, config_.period) - SimTime{1});
        }
    }
    void end_waiting(SimTime edge);
    [[nodiscard]] SimTime next_due(SimTime edge) const;
    [[nodiscard]] SimTime due_of(const CrossbarInput& queue) const;
    [[nodiscard]] SimTime due_of(pcie::FlowClass flow, SimTime edge) const;

    CrossbarOutput& output_;
    const Port& egress_;
    Config config_;
    Ended ended_;
    Timer timer_;
    SimTime from_ = core::never;
    SimTime until_ = core::never;
    std::uint64_t fences_ = 0;
};

} // namespace rootpool::models
