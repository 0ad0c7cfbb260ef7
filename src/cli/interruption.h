#pragma once

#include <csignal>

namespace rootpool::cli {

/// Holds SIGINT back for as long as it lives and tells whether one came: no handler, so no global state.
class Interruption {
public:
    Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    /// Takes a SIGINT that came, so that it does not end the program afterwards.
    ~Interruption();

    [[nodiscard]] bool requested() const;

private:
    sigset_t interrupt_{};
    sigset_t before_{};
};

} // namespace rootpool::cli
