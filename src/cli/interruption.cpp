#include "cli/interruption.h"

#include <ctime>

namespace rootpool::cli {

Interruption::Interruption() {
    sigemptyset(&interrupt_);
    sigaddset(&interrupt_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt_, &before_);
}

Interruption::~Interruption() {
    const timespec at_once{};
    while (sigtimedwait(&interrupt_, nullptr, &at_once) == SIGINT) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interruption::requested() const {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGINT) == 1;
}

} // namespace rootpool::cli
