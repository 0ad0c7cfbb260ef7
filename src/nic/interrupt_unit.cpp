#include "rootpool/nic/interrupt_unit.h"

#include <algorithm>
#include <bit>

namespace rootpool::nic {

namespace {
[[nodiscard]] constexpr std::uint64_t bit_of(unsigned vector) noexcept { return std::uint64_t{1} << vector; }
} // namespace

InterruptUnit::InterruptUnit() {
    tables_.emplace_back(pf_vector_count);
    tables_.insert(tables_.end(), vf_count, MsixTable(vf_vector_count));
}

InterruptThrottle& InterruptUnit::throttle(FunctionNumber function, unsigned vector) noexcept {
    return is_virtual(function) ? vf_throttles_[vf_of(function)][vector] : pf_throttles_[vector];
}

/// A message that masking held back goes out when the mask is gone (PCIe base 6.1.4.5).
void InterruptUnit::send_pending(FunctionNumber function, const InterruptGates& gates, Sink sink) {
    MsixTable& table = tables_[function.index()];
    for (std::uint64_t left = table.pending_bits(); left != 0; left &= left - 1) {
        const auto vector = static_cast<unsigned>(std::countr_zero(left));
        if (gates.msix_enabled && !gates.function_masked && !table.masked(vector)) {
            table.set_pending(vector, false);
            sink(function, table.message(vector));
        }
    }
}

/// One due vector. Returns when it may fire if not now.
SimTime InterruptUnit::fire(FunctionNumber function, unsigned vector, const InterruptGates& gates, SimTime now,
                            Sink sink) {
    InterruptThrottle& limit = throttle(function, vector);
    const SimTime allowed = limit.next_allowed(now);
    if (allowed > now) {
        return allowed;
    }
    limit.note_interrupt(now);
    causes_[function.index()].note_message(bit_of(vector), gates.auto_masks);
    if (!is_virtual(function) && gates.other_vector == vector) {
        other_.note_message(other_.due(), gates.auto_masks);
    }
    MsixTable& table = tables_[function.index()];
    if (gates.function_masked || table.masked(vector)) {
        table.set_pending(vector, true);
    } else {
        sink(function, table.message(vector));
    }
    return core::never;
}

SimTime InterruptUnit::service(FunctionNumber function, const InterruptGates& gates, SimTime now, Sink sink) {
    if (!gates.msix_enabled) {
        return core::never; // causes stand until MSI-X is enabled; the model has no INTx and MSI messages
    }
    send_pending(function, gates, sink);
    std::uint64_t due = causes_[function.index()].due();
    if (!is_virtual(function) && other_.due() != 0 && gates.other_vector) {
        due |= bit_of(*gates.other_vector);
    }
    SimTime next = core::never;
    for (; due != 0; due &= due - 1) {
        next = std::min(next, fire(function, static_cast<unsigned>(std::countr_zero(due)), gates, now, sink));
    }
    return next;
}

void InterruptUnit::reset_registers(FunctionNumber function) noexcept {
    causes_[function.index()].reset();
    if (is_virtual(function)) {
        vf_throttles_[vf_of(function)] = {};
    } else {
        other_.reset();
        pf_throttles_ = {};
    }
}

} // namespace rootpool::nic
