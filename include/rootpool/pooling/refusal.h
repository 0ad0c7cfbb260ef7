#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rootpool/core/error.h"
#include "rootpool/pcie/error_kinds.h"

namespace rootpool::pooling {

/// Why a TLP was refused. A refusal is counted and reported to the offender's own root; a probe of an absent function
/// is none.
enum class RefusalCause : std::uint8_t {
    none,
    no_window, ///< memory request outside every window and BAR
    memory_space_disabled,
    bus_master_disabled, ///< of a bridge on the way up
    outside_lent_bar,
    crosses_4k,
    larger_than_mps,
    traffic_class,
    address_type,
    poisoned,
    unsupported_kind, ///< I/O, locked, atomic, configuration from below
    function_not_lent,
    lent_to_another, ///< the master touched a lent VF
    unknown_requester,
    unexpected_completion,
    peer_to_peer,
    message_from_function,
    management_access, ///< a management register access that is not one dword
    unknown_interrupt, ///< a VF's request in the window of translated interrupts that is none of its messages
    fenced,            ///< from or for a root that took nothing for too long
    link_down,         ///< of the device (PCIe base 2.9.1)
    count
};
inline constexpr std::size_t refusal_cause_count = static_cast<std::size_t>(RefusalCause::count);

[[nodiscard]] std::string_view to_string(RefusalCause cause) noexcept;

/// As which error a refusal is reported (PCIe base table 6-5).
[[nodiscard]] pcie::ErrorKind error_kind_of(RefusalCause cause) noexcept;

/// Refusals of one root by cause.
class RefusalCounters {
public:
    void add(RefusalCause cause) noexcept { ++by_cause_[static_cast<std::size_t>(cause)]; }
    [[nodiscard]] std::uint64_t operator[](RefusalCause cause) const noexcept {
        return by_cause_[static_cast<std::size_t>(cause)];
    }
    [[nodiscard]] std::uint64_t total() const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t refusals : by_cause_) {
            sum += refusals;
        }
        return sum;
    }

private:
    std::array<std::uint64_t, refusal_cause_count> by_cause_{};
};

} // namespace rootpool::pooling
