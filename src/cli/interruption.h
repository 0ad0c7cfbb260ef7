#pragma once

#include <array>
#include <csignal>
#include <optional>

namespace rootpool::cli {

/// Tells, for as long as it lives, whether a signal came that asks the program to end: SIGINT, SIGTERM or SIGHUP. A
/// second one of the same kind ends the process at once, as by default: a model that does not come back between slices
/// of simulated time can be stopped, too. One that the parent ignores (nohup) stays ignored. The handler does nothing
/// but give way to the default action (SA_RESETHAND), by which the first one is known: no global state.
class Interruption {
public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    /// The number of the signal that came.
    [[nodiscard]] std::optional<int> signal() const;

private:
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

    std::array<struct sigaction, signals.size()> before_{};
};

} // namespace rootpool::cli
