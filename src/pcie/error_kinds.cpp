#include "rootpool/pcie/error_kinds.h"

#include <array>

namespace rootpool::pcie {

namespace {

using enum ErrorKind;

constexpr std::uint8_t in(DetectorRole role) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(role));
}
constexpr std::uint8_t completer_role = in(DetectorRole::completer);
constexpr std::uint8_t intermediate_role = in(DetectorRole::intermediate);
constexpr std::uint8_t handling_role = in(DetectorRole::handling_receiver);
constexpr std::uint8_t retrying_role = in(DetectorRole::retrying);
constexpr std::uint8_t every_role = 0xFF; // 6.2.3.2.4.5

constexpr auto correctable = ErrorSeverity::correctable;
constexpr auto non_fatal = ErrorSeverity::non_fatal;
constexpr auto fatal = ErrorSeverity::fatal;

// A TLP that no function claims is unsupported or unexpected for all of them; whoever reports such a one chooses the
// PF. The rows say what holds when a function is known.
constexpr std::array definitions = {
    ErrorDefinition{data_link_protocol, "Data Link Protocol Error", 4, fatal, false, false},
    ErrorDefinition{surprise_down, "Surprise Down Error", 5, fatal, false, false},
    ErrorDefinition{poisoned_tlp, "Poisoned TLP Received", 12, non_fatal, true, true,
                    intermediate_role | handling_role},
    ErrorDefinition{flow_control_protocol, "Flow Control Protocol Error", 13, fatal, false, false},
    // The header is logged only where Completion Timeout Prefix/Header Log Capable is set (7.8.4.7).
    ErrorDefinition{completion_timeout, "Completion Timeout", 14, non_fatal, true, true, retrying_role},
    ErrorDefinition{completer_abort, "Completer Abort", 15, non_fatal, true, true, completer_role},
    ErrorDefinition{unexpected_completion, "Unexpected Completion", 16, non_fatal, true, true, every_role},
    ErrorDefinition{receiver_overflow, "Receiver Overflow", 17, fatal, false, false},
    ErrorDefinition{malformed_tlp, "Malformed TLP", 18, fatal, true, false},
    ErrorDefinition{ecrc, "ECRC Check Failed", 19, non_fatal, true, false, completer_role | intermediate_role},
    ErrorDefinition{unsupported_request, "Unsupported Request", 20, non_fatal, true, true, completer_role},
    ErrorDefinition{acs_violation, "ACS Violation", 21, non_fatal, true, true, completer_role},
    ErrorDefinition{uncorrectable_internal, "Uncorrectable Internal Error", 22, fatal, true, true},
    ErrorDefinition{mc_blocked_tlp, "MC Blocked TLP", 23, non_fatal, true, true},
    ErrorDefinition{receiver, "Receiver Error", 0, correctable, false, false},
    ErrorDefinition{bad_tlp, "Bad TLP", 6, correctable, false, false},
    ErrorDefinition{bad_dllp, "Bad DLLP", 7, correctable, false, false},
    ErrorDefinition{replay_num_rollover, "REPLAY_NUM Rollover", 8, correctable, false, false},
    ErrorDefinition{replay_timer_timeout, "Replay Timer Timeout", 12, correctable, false, false},
    ErrorDefinition{corrected_internal, "Corrected Internal Error", 14, correctable, false, true},
    ErrorDefinition{header_log_overflow, "Header Log Overflow", 15, correctable, false, true},
};

constexpr bool in_order_of_kind() noexcept {
    for (std::size_t row = 0; row < definitions.size(); ++row) {
        if (definitions[row].kind != static_cast<ErrorKind>(row)) {
            return false;
        }
    }
    return true;
}
static_assert(in_order_of_kind());

} // namespace

std::span<const ErrorDefinition> error_definitions() noexcept { return definitions; }

const ErrorDefinition& definition_of(ErrorKind kind) noexcept { return definitions[static_cast<std::size_t>(kind)]; }

} // namespace rootpool::pcie
