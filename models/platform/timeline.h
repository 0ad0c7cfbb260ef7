#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <systemc>

#include "models/platform/platform.h"
#include "rootpool/scenario/config.h"

namespace rootpool::models {

/// Plays the steps of a scenario, one after the other, in a thread of the simulation.
class Timeline {
public:
    explicit Timeline(Platform& platform) noexcept : platform_(platform) {}

    /// Waits until all steps are done.
    void play(const std::vector<scenario::Step>& steps);
    /// What it is doing now, for progress.
    [[nodiscard]] const std::string& current() const noexcept { return current_; }

private:
    void play(const scenario::PowerOn& step);
    void play(const scenario::Assign& step);
    void play(const scenario::Iperf& step);
    void play(const scenario::Ping& step);
    void play(const scenario::Copy& step);
    void play(const scenario::Lspci& step);
    void play(const scenario::PcieBench& step);
    void play(const scenario::Wait& step);
    void play(const scenario::Parallel& step);
    /// Runs all of them at the same time and waits for the last.
    void together(std::vector<std::function<void()>> activities);

    /// Activities that run at the same time.
    struct Gathering {
        explicit Gathering(std::vector<std::function<void()>> all) : activities(std::move(all)) {}

        std::vector<std::function<void()>> activities;
        std::size_t running = activities.size();
        sc_core::sc_event one_done;
    };

    Platform& platform_;
    std::string current_;
    std::deque<Gathering> gatherings_; ///< here and not in the threads, whose stacks a run that is cut short leaves
};

} // namespace rootpool::models
