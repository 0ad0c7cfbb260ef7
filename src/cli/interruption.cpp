#include "cli/interruption.h"

namespace rootpool::cli {
namespace {

extern "C" void give_way(int /*signal*/) {}

} // namespace

Interruption::Interruption() {
    struct sigaction action {};
    action.sa_handler = &give_way;
    action.sa_flags = SA_RESETHAND | SA_RESTART; // files that are being written must not notice
    sigaction(SIGINT, &action, &before_);
}

Interruption::~Interruption() { sigaction(SIGINT, &before_, nullptr); }

bool Interruption::requested() const {
    struct sigaction current {};
    return sigaction(SIGINT, nullptr, &current) == 0 && current.sa_handler == SIG_DFL;
}

} // namespace rootpool::cli
