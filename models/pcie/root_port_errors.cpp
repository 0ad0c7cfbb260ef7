#include "models/pcie/root_port_errors.h"

#include <algorithm>

#include "rootpool/pcie/bridge_window.h"

namespace rootpool::models {

RootPortErrors::RootPortErrors(pcie::ConfigSpace& space, pcie::ErrorRegisters at, std::uint16_t msi,
                               Scheduler& scheduler)
    : space_(space), msi_(msi), reporter_(space, at), errors_(space, at),
      timer_(scheduler, Timer::Callback::to<&RootPortErrors::take_due>(*this)) {}

void RootPortErrors::receive(const pcie::TlpHeader& header, SimTime at) {
    add({pcie::error_message_of(header), header.requester, false, at});
}

void RootPortErrors::report(pcie::ErrorKind kind, pcie::ErrorDetails details, pcie::Bdf self, SimTime at) {
    details.side = pcie::BridgeSide::secondary;
    add({reporter_.report(kind, details), self, true, at});
}

void RootPortErrors::note_unsuccessful(pcie::CompletionStatus status) noexcept {
    reporter_.note_unsuccessful(status, pcie::BridgeSide::secondary);
}

void RootPortErrors::add(const Pending& pending) {
    if (pending.message == pcie::ErrorMessage::none) {
        return;
    }
    const auto later = std::upper_bound(pending_.begin(), pending_.end(), pending.at,
                                        [](SimTime time, const Pending& entry) { return time < entry.at; });
    pending_.insert(later, pending);
    timer_.arm_no_later_than(pending.at);
}

void RootPortErrors::take_due() {
    while (!pending_.empty() && pending_.front().at <= now()) {
        const Pending next = pending_.front();
        pending_.pop_front();
        const pcie::RootErrorSignals signals =
            next.own ? errors_.record(next.message, next.source) : errors_.receive(next.message, next.source);
        system_errors_ += signals.system_error ? 1U : 0U;
        if (signals.interrupt) {
            raise();
        }
    }
    if (!pending_.empty()) {
        timer_.arm(pending_.front().at);
    }
}

void RootPortErrors::follow_write() {
    reporter_.follow_write();
    if (errors_.follow_write()) {
        raise();
    }
}

/// The message is made inside the root complex: no TLP carries it.
void RootPortErrors::raise() {
    constexpr std::uint16_t msi_enable = 1;
    const auto at = [this](unsigned plus) { return static_cast<std::uint16_t>(msi_ + plus); };
    if ((space_.get16(at(2)) & msi_enable) == 0 || !pcie::bus_master_enabled(space_)) {
        return;
    }
    ++interrupts_;
    if (sink_) {
        sink_(space_.get32(at(4)) | std::uint64_t{space_.get32(at(8))} << 32U, space_.get16(at(12)));
    }
}

} // namespace rootpool::models
