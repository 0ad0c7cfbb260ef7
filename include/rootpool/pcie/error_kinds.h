#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The errors of PCIe base tables 6-3 to 6-5 (non-flit mode) and what the specification fixes for each of them.
namespace rootpool::pcie {

enum class ErrorKind : std::uint8_t {
    // uncorrectable
    data_link_protocol,
    surprise_down,
    poisoned_tlp,
    flow_control_protocol,
    completion_timeout,
    completer_abort,
    unexpected_completion,
    receiver_overflow,
    malformed_tlp,
    ecrc,
    unsupported_request,
    acs_violation,
    uncorrectable_internal,
    mc_blocked_tlp,
    // correctable
    receiver,
    bad_tlp,
    bad_dllp,
    replay_num_rollover,
    replay_timer_timeout,
    corrected_internal,
    header_log_overflow,
};

enum class ErrorSeverity : std::uint8_t { correctable, non_fatal, fatal };

/// What the detecting function is to the TLP. Some roles turn a non-fatal error into an advisory one (PCIe
/// base 6.2.3.2.4), because another agent knows better how bad it is.
enum class DetectorRole : std::uint8_t {
    last,              ///< nobody else will report it
    completer,         ///< answers the non-posted request with UR or CA (6.2.3.2.4.1)
    intermediate,      ///< passes the TLP on (6.2.3.2.4.2)
    handling_receiver, ///< deals with the poisoned data and carries on (6.2.3.2.4.3)
    retrying,          ///< the requester tries again after a timeout (6.2.3.2.4.4)
};

/// One row of the table.
struct ErrorDefinition {
    ErrorKind kind;
    std::string_view name;
    std::uint8_t bit;                ///< in the Uncorrectable or Correctable Error Status register (7.8.4.2, 7.8.4.5)
    ErrorSeverity severity;          ///< after reset
    bool logs_header = false;        ///< the Header Log gets the header of the TLP
    bool function_specific = true;   ///< if not, an SR-IOV device logs it in its PFs and in no VF (6.2.4)
    std::uint8_t advisory_roles = 0; ///< bit r: advisory when non-fatal and detected in DetectorRole r

    [[nodiscard]] constexpr std::uint32_t mask() const noexcept { return std::uint32_t{1} << bit; }
    [[nodiscard]] constexpr bool correctable() const noexcept { return severity == ErrorSeverity::correctable; }
    [[nodiscard]] constexpr bool advisory(DetectorRole role) const noexcept {
        return (advisory_roles >> static_cast<unsigned>(role) & 1U) != 0;
    }
};

/// Correctable Error Status, Advisory Non-Fatal Error: how an advisory error shows beside its own bit. Nobody detects
/// it as such, so it is no ErrorKind.
inline constexpr std::uint32_t advisory_non_fatal_bit = 1U << 13U;

/// All rows, in the order of ErrorKind.
[[nodiscard]] std::span<const ErrorDefinition> error_definitions() noexcept;
[[nodiscard]] const ErrorDefinition& definition_of(ErrorKind kind) noexcept;

} // namespace rootpool::pcie
