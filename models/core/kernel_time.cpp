#include "models/core/kernel_time.h"

#include <algorithm>

#ifdef __SANITIZE_ADDRESS__
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace rootpool::models {

namespace {

#ifdef __SANITIZE_ADDRESS__
struct Stack {
    void* bottom = nullptr;
    std::size_t size = 0;
};

[[nodiscard]] Stack stack_of_this_thread() {
    Stack stack;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &stack.bottom, &stack.size);
        pthread_attr_destroy(&attributes);
    }
    return stack;
}
#endif

/// A SystemC thread that ends goes back to the main thread without a word to AddressSanitizer (sc_cor_pkg_qt::abort()
/// of 2.3.4), which then takes the ended thread's stack, soon unmapped, for that of main() and looks for pointers in
/// it.
void tell_sanitizer_of_main_stack() {
#ifdef __SANITIZE_ADDRESS__
    static const Stack main_stack = stack_of_this_thread(); // looked up in a file of the system
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, main_stack.bottom, main_stack.size);
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

} // namespace

void KernelTime::begin_run() {
    ahead_ = kernel();
    paused_ = false;
    if (end_of_run_for_ == SimTime{0}) {
        limit_ = {};
        return;
    }
    const sc_core::sc_time pending = sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext());
    const SimTime left = end_of_run_for_ - kernel();
    const bool far = pending > to_sc_time(left);
    limit_ = far ? end_of_run_for_ - SimTime{1} // sc_start() leaves what is at its end to the next one
                 : kernel() + SimTime{static_cast<std::int64_t>(pending.value())} - SimTime{1};
}

void KernelTime::run_for(SimTime span) {
    end_of_run_for_ = kernel() + span;
    try {
        sc_core::sc_start(to_sc_time(span));
    } catch (...) {
        end_of_run_for_ = {};
        tell_sanitizer_of_main_stack();
        throw;
    }
    end_of_run_for_ = {};
    tell_sanitizer_of_main_stack();
}

void KernelTime::pause() {
    paused_ = true;
    sc_core::sc_pause();
}

void KernelTime::notify(sc_core::sc_event& event, SimTime at) {
    limit_ = std::min(limit_, std::max(now(), at - SimTime{1}));
    event.notify(to_sc_time(at - kernel())); // of no time: in the next delta cycle
}

} // namespace rootpool::models
