#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "rootpool/cli/simulation.h"

namespace rootpool::cli {

/// One line on a terminal that is written over: simulated time, rate, time left.
class ProgressLine {
public:
    /// `visible`: the stream is a terminal and may be used.
    ProgressLine(std::ostream& stream, bool visible, SimTime planned);
    ~ProgressLine() { clear(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const Progress& progress);
    /// Takes the line away, so that something else can be printed.
    void clear();

private:
    using WallClock = std::chrono::steady_clock;

    std::ostream& stream_;
    bool visible_;
    bool shown_ = false;
    SimTime planned_;
    WallClock::time_point start_ = WallClock::now();
    WallClock::time_point last_{};
};

/// "simulated 1.2 s, 12 ms/s, step, 40 s left".
[[nodiscard]] std::string progress_text(const Progress& progress, SimTime planned,
                                        std::chrono::duration<double> elapsed);

} // namespace rootpool::cli
