#pragma once

#include <cstdint>

#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/error_kinds.h"
#include "rootpool/pcie/tlp_header.h"

/// What a function does about an error that it detected (PCIe base 6.2), as a matter of its configuration space alone:
/// the caller sends the message that results.
namespace rootpool::pcie {

/// The message that reports an error, by its code (PCIe base table 2-24).
enum class ErrorMessage : std::uint8_t { none = 0, correctable = 0x30, non_fatal = 0x31, fatal = 0x33 };

/// The message that a TLP header is; none for anything else.
[[nodiscard]] ErrorMessage error_message_of(const TlpHeader& header) noexcept;
/// The header of a message; `reporter` is the function that detected the error.
[[nodiscard]] TlpHeader error_message_header(ErrorMessage message, Bdf reporter) noexcept;

/// Where a function has its registers.
struct ErrorRegisters {
    std::uint16_t express = 0; ///< PCI Express capability
    std::uint16_t aer = 0;     ///< Advanced Error Reporting; 0: not there
};

/// Which side of a bridge met the TLP. Functions with a type 0 header have a primary side only.
enum class BridgeSide : std::uint8_t { primary, secondary };

/// What is known of an error beside its kind.
struct ErrorDetails {
    const TlpHeader* header = nullptr; ///< of the TLP in error
    DetectorRole role = DetectorRole::last;
    BridgeSide side = BridgeSide::primary;
};

/// Detects nothing: records and reports what a function detected, in its Status, Device Status and AER registers, and
/// decides which message is due (PCIe base 6.2.4, 6.2.5 and figure 6-2). Holds no state of its own, so that resets of
/// the configuration space are resets of everything.
class ErrorReporter {
public:
    ErrorReporter(ConfigSpace& space, ErrorRegisters at) noexcept : ErrorReporter(space, space, at) {}
    /// A virtual function records in `space`, but the enables, masks and severities of its PF rule (PCIe base 6.2.9).
    /// Both spaces have their capabilities at the same place.
    ErrorReporter(ConfigSpace& space, const ConfigSpace& controls, ErrorRegisters at) noexcept
        : space_(&space), controls_(&controls), at_(at) {}

    [[nodiscard]] ErrorMessage report(ErrorKind kind, const ErrorDetails& details = {}) noexcept;

    /// A completion that this function asked for came with UR or CA. No message: the completer reports (PCIe
    /// base 6.2.3.2.5).
    void note_unsuccessful(CompletionStatus status, BridgeSide side = BridgeSide::primary) noexcept;
    /// After every configuration write: the Header Log is free again when its error's status bit was cleared (PCIe
    /// base 6.2.4.2).
    void follow_write() noexcept;

    /// ECRC Generation Enable and ECRC Check Enable (PCIe base 2.7.1).
    [[nodiscard]] bool generates_ecrc() const noexcept;
    [[nodiscard]] bool checks_ecrc() const noexcept;

private:
    [[nodiscard]] ErrorSeverity severity_of(const ErrorDefinition& error) const noexcept;
    [[nodiscard]] ErrorMessage report_correctable(const ErrorDefinition& error) noexcept;
    [[nodiscard]] ErrorMessage report_advisory(const ErrorDefinition& error, const ErrorDetails& details) noexcept;
    [[nodiscard]] ErrorMessage report_uncorrectable(const ErrorDefinition& error, ErrorSeverity severity,
                                                    const ErrorDetails& details) noexcept;
    [[nodiscard]] bool masked(std::uint16_t mask_register, std::uint32_t bit) const noexcept;
    [[nodiscard]] std::uint16_t device_control() const noexcept;
    void note_conventional(ErrorKind kind, const ErrorDetails& details) noexcept;
    void note_poisoned(const ErrorDetails& details) noexcept;
    void record(const ErrorDefinition& error, const ErrorDetails& details) noexcept;
    void write_header_log(const ErrorDefinition& error, const TlpHeader* header) noexcept;
    void set_device_status(unsigned bits) noexcept;
    void set_status(BridgeSide side, std::uint16_t bits) noexcept;
    void set_aer(std::uint16_t status_register, std::uint32_t bits) noexcept;

    ConfigSpace* space_;
    const ConfigSpace* controls_;
    ErrorRegisters at_;
};

/// An ERR_ message reached the secondary side of a bridge. Whether the primary side sends it on, or, in a root port,
/// whether it counts (PCIe base 6.2.8.1 and figure 6-3).
[[nodiscard]] bool forward_error_message(ConfigSpace& bridge, ErrorRegisters at, ErrorMessage message) noexcept;

} // namespace rootpool::pcie
