#include "cli/interruption.h"

#include <algorithm>

namespace rootpool::cli {
namespace {

extern "C" void give_way(int /*signal*/) {}

bool has_handler(int signal, decltype(SIG_DFL) handler) {
    struct sigaction current {};
    return sigaction(signal, nullptr, &current) == 0 && current.sa_handler == handler;
}

} // namespace

Interruption::Interruption() {
    struct sigaction action {};
    action.sa_handler = &give_way;
    action.sa_flags = SA_RESETHAND | SA_RESTART; // files that are being written must not notice
    for (std::size_t i = 0; i < signals.size(); ++i) {
        if (has_handler(signals[i], SIG_IGN)) {
            sigaction(signals[i], nullptr, &before_[i]);
        } else {
            sigaction(signals[i], &action, &before_[i]);
        }
    }
}

Interruption::~Interruption() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
        sigaction(signals[i], &before_[i], nullptr);
    }
}

std::optional<int> Interruption::signal() const {
    const auto* const came = std::ranges::find_if(signals, [](int signal) { return has_handler(signal, SIG_DFL); });
    return came == signals.end() ? std::nullopt : std::optional(*came);
}

} // namespace rootpool::cli
