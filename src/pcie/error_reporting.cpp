#include "rootpool/pcie/error_reporting.h"

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/config_registers.h"
#include "rootpool/pcie/tlp_builder.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {

namespace {

namespace r = registers;

constexpr std::uint16_t offset(unsigned base, unsigned plus) noexcept {
    return static_cast<std::uint16_t>(base + plus);
}

void set_bits16(ConfigSpace& space, std::uint16_t at, unsigned bits) noexcept {
    space.set16(at, static_cast<std::uint16_t>(space.get16(at) | bits));
}

constexpr bool is_uncorrectable(ErrorMessage message) noexcept {
    return message == ErrorMessage::non_fatal || message == ErrorMessage::fatal;
}

/// Whether a function sends a message, its own or one from below: Device Control enables each class, and SERR# both
/// uncorrectable ones (PCIe base 7.5.1.1.3, 7.5.3.4).
bool transmits(const ConfigSpace& controls, ErrorRegisters at, ErrorMessage message) noexcept {
    const std::uint16_t control = controls.get16(offset(at.express, r::device_control));
    const bool serr = (controls.get16(r::command) & r::command_serr) != 0;
    switch (message) {
    case ErrorMessage::correctable:
        return (control & r::device_control_correctable) != 0;
    case ErrorMessage::non_fatal:
        return serr || (control & r::device_control_non_fatal) != 0;
    case ErrorMessage::fatal:
        return serr || (control & r::device_control_fatal) != 0;
    default:
        return false;
    }
}

/// Signaled System Error: an uncorrectable error's message leaves while SERR# is enabled (PCIe base 7.5.1.1.4).
void note_sent(ConfigSpace& space, const ConfigSpace& controls, ErrorMessage message) noexcept {
    if (is_uncorrectable(message) && (controls.get16(r::command) & r::command_serr) != 0) {
        set_bits16(space, r::status, r::status_system_error);
    }
}

} // namespace

ErrorMessage error_message_of(const TlpHeader& header) noexcept {
    if (!is_message(header.kind)) {
        return ErrorMessage::none;
    }
    const auto message = static_cast<ErrorMessage>(header.message_code);
    return message == ErrorMessage::correctable || is_uncorrectable(message) ? message : ErrorMessage::none;
}

TlpHeader error_message_header(ErrorMessage message, Bdf reporter) noexcept {
    constexpr std::uint8_t to_root_complex = 0; // PCIe base table 2-20
    return pcie::message(reporter, static_cast<std::uint8_t>(message), to_root_complex);
}

ErrorMessage ErrorReporter::report(ErrorKind kind, const ErrorDetails& details) noexcept {
    note_conventional(kind, details);
    const ErrorDefinition& error = definition_of(kind);
    if (kind == ErrorKind::unsupported_request) {
        set_device_status(r::device_status_unsupported_request);
    }
    const ErrorSeverity severity = severity_of(error);
    ErrorMessage message = ErrorMessage::none;
    if (severity == ErrorSeverity::correctable) {
        message = report_correctable(error);
    } else if (severity == ErrorSeverity::non_fatal && error.advisory(details.role)) {
        message = report_advisory(error, details);
    } else {
        message = report_uncorrectable(error, severity, details);
    }
    note_sent(*space_, *controls_, message);
    return message;
}

ErrorSeverity ErrorReporter::severity_of(const ErrorDefinition& error) const noexcept {
    if (error.correctable() || at_.aer == 0) {
        return error.severity;
    }
    const std::uint32_t fatal = controls_->get32(offset(at_.aer, r::aer_uncorrectable_severity));
    return (fatal & error.mask()) != 0 ? ErrorSeverity::fatal : ErrorSeverity::non_fatal;
}

ErrorMessage ErrorReporter::report_correctable(const ErrorDefinition& error) noexcept {
    set_device_status(r::device_status_correctable);
    set_aer(r::aer_correctable_status, error.mask());
    const bool sent =
        !masked(r::aer_correctable_mask, error.mask()) && transmits(*controls_, at_, ErrorMessage::correctable);
    return sent ? ErrorMessage::correctable : ErrorMessage::none;
}

/// PCIe base 6.2.4.3. Without AER nothing is sent: ERR_COR would look like an error of the link (6.2.3.2.4).
ErrorMessage ErrorReporter::report_advisory(const ErrorDefinition& error, const ErrorDetails& details) noexcept {
    set_device_status(r::device_status_correctable);
    if (at_.aer == 0) {
        return ErrorMessage::none;
    }
    set_aer(r::aer_correctable_status, advisory_non_fatal_bit);
    if (masked(r::aer_correctable_mask, advisory_non_fatal_bit)) {
        return ErrorMessage::none;
    }
    record(error, details);
    const bool silent_request =
        error.kind == ErrorKind::unsupported_request && (device_control() & r::device_control_unsupported_request) == 0;
    const bool sent = !silent_request && transmits(*controls_, at_, ErrorMessage::correctable);
    return sent ? ErrorMessage::correctable : ErrorMessage::none;
}

ErrorMessage ErrorReporter::report_uncorrectable(const ErrorDefinition& error, ErrorSeverity severity,
                                                 const ErrorDetails& details) noexcept {
    const bool fatal = severity == ErrorSeverity::fatal;
    set_device_status(fatal ? r::device_status_fatal : r::device_status_non_fatal);
    record(error, details);
    if (masked(r::aer_uncorrectable_mask, error.mask())) {
        return ErrorMessage::none;
    }
    // SERR# enables unsupported requests as well, whatever their own enable says (PCIe base 6.2.7, implementation
    // note on compatibility).
    const bool serr = (controls_->get16(r::command) & r::command_serr) != 0;
    const bool silent_request = error.kind == ErrorKind::unsupported_request && !serr &&
                                (device_control() & r::device_control_unsupported_request) == 0;
    const ErrorMessage message = fatal ? ErrorMessage::fatal : ErrorMessage::non_fatal;
    return !silent_request && transmits(*controls_, at_, message) ? message : ErrorMessage::none;
}

/// Sets the status bit and, for the first unmasked error, First Error Pointer and Header Log. They stay until software
/// clears that error's bit: there is no multiple header recording (PCIe base 6.2.4.2).
void ErrorReporter::record(const ErrorDefinition& error, const ErrorDetails& details) noexcept {
    if (at_.aer == 0) {
        return;
    }
    set_aer(r::aer_uncorrectable_status, error.mask());
    const std::uint16_t control_at = offset(at_.aer, r::aer_control);
    const std::uint32_t control = space_->get32(control_at);
    const bool log_in_use = (control & r::aer_first_error_pointer) != 0; // bit 0 is no error's: nothing recorded
    if (log_in_use || masked(r::aer_uncorrectable_mask, error.mask())) {
        return;
    }
    space_->set32(control_at, control | error.bit);
    write_header_log(error, details.header);
}

/// Byte 0 of the header is the highest of the first dword (PCIe base 7.8.4.8). All ones stand for a header that should
/// be there and is not (6.2.10), zeros for an error that has none.
void ErrorReporter::write_header_log(const ErrorDefinition& error, const TlpHeader* header) noexcept {
    const std::uint32_t control = space_->get32(offset(at_.aer, r::aer_control));
    const bool logs = error.logs_header && (error.kind != ErrorKind::completion_timeout ||
                                            (control & r::aer_timeout_header_log_capable) != 0);
    HeaderBytes bytes{};
    if (logs && header != nullptr) {
        bytes = encode_header(*header);
    } else if (logs) {
        bytes.fill(0xFF);
    }
    for (unsigned at = 0; at < bytes.size(); at += 4) {
        space_->set32(offset(at_.aer, r::aer_header_log + at), core::load_be<std::uint32_t>(&bytes[at]));
    }
}

void ErrorReporter::follow_write() noexcept {
    if (at_.aer == 0) {
        return;
    }
    const std::uint16_t control_at = offset(at_.aer, r::aer_control);
    const std::uint32_t control = space_->get32(control_at);
    const std::uint32_t status = space_->get32(offset(at_.aer, r::aer_uncorrectable_status));
    if ((status >> (control & r::aer_first_error_pointer) & 1U) == 0) {
        space_->set32(control_at, control & ~r::aer_first_error_pointer);
    }
}

/// PCI Status bits that errors set beside the registers of PCI Express (PCIe base 6.2.7.1, 7.5.1.1.4, 7.5.1.3.7).
void ErrorReporter::note_conventional(ErrorKind kind, const ErrorDetails& details) noexcept {
    const bool aborts = kind == ErrorKind::completer_abort ||
                        (kind == ErrorKind::acs_violation && details.role == DetectorRole::completer); // 6.12.5
    if (aborts) {
        set_status(details.side, r::status_signaled_target_abort);
    }
    if (kind == ErrorKind::poisoned_tlp) {
        note_poisoned(details);
    }
}

void ErrorReporter::note_poisoned(const ErrorDetails& details) noexcept {
    set_status(details.side, r::status_detected_parity_error);
    const bool completion = details.header != nullptr && is_completion(details.header->kind);
    const bool responds = details.side == BridgeSide::primary
                              ? (controls_->get16(r::command) & r::command_parity) != 0
                              : (controls_->get16(r::bridge_control) & r::bridge_control_parity) != 0;
    if (completion && responds) {
        set_status(details.side, r::status_master_data_parity_error);
    }
}

void ErrorReporter::note_unsuccessful(CompletionStatus status, BridgeSide side) noexcept {
    if (status == CompletionStatus::completer_abort) {
        set_status(side, r::status_received_target_abort);
    } else if (status != CompletionStatus::successful && status != CompletionStatus::request_retry) {
        set_status(side, r::status_received_master_abort); // reserved codes count as UR (2.3.2)
    }
}

bool ErrorReporter::generates_ecrc() const noexcept {
    return at_.aer != 0 && (controls_->get32(offset(at_.aer, r::aer_control)) & r::aer_ecrc_generation_enable) != 0;
}

bool ErrorReporter::checks_ecrc() const noexcept {
    return at_.aer != 0 && (controls_->get32(offset(at_.aer, r::aer_control)) & r::aer_ecrc_check_enable) != 0;
}

bool ErrorReporter::masked(std::uint16_t mask_register, std::uint32_t bit) const noexcept {
    return at_.aer != 0 && (controls_->get32(offset(at_.aer, mask_register)) & bit) != 0;
}

std::uint16_t ErrorReporter::device_control() const noexcept {
    return controls_->get16(offset(at_.express, r::device_control));
}

void ErrorReporter::set_device_status(unsigned bits) noexcept {
    set_bits16(*space_, offset(at_.express, r::device_status), bits);
}

void ErrorReporter::set_status(BridgeSide side, std::uint16_t bits) noexcept {
    set_bits16(*space_, side == BridgeSide::primary ? r::status : r::secondary_status, bits);
}

void ErrorReporter::set_aer(std::uint16_t status_register, std::uint32_t bits) noexcept {
    if (at_.aer != 0) {
        const std::uint16_t at = offset(at_.aer, status_register);
        space_->set32(at, space_->get32(at) | bits);
    }
}

bool forward_error_message(ConfigSpace& bridge, ErrorRegisters at, ErrorMessage message) noexcept {
    if (is_uncorrectable(message)) {
        set_bits16(bridge, r::secondary_status, r::status_system_error); // Received System Error, 7.5.1.3.7
    }
    const bool passes = (bridge.get16(r::bridge_control) & r::bridge_control_serr) != 0;
    if (!passes || !transmits(bridge, at, message)) {
        return false;
    }
    note_sent(bridge, bridge, message);
    return true;
}

} // namespace rootpool::pcie
