#pragma once

#include <csignal>

namespace rootpool::cli {

/// Tells, for as long as it lives, whether a SIGINT came. A second one ends the process at once, as by default: a model
/// that does not come back between slices of simulated time can be stopped, too. The handler does nothing but give way
/// to the default action (SA_RESETHAND), by which the first one is known: no global state.
class Interruption {
public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    ~Interruption();

    [[nodiscard]] bool requested() const;

private:
    struct sigaction before_ {};
};

} // namespace rootpool::cli
