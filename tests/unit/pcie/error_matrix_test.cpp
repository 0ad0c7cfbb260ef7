#include <algorithm>
#include <array>
#include <cstdio>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "error_function.h"
#include "rootpool/pcie/root_errors.h"

/// Every error, severity, mask and enable, against tables that were written from the clauses of the specification and
/// share nothing with error_kinds.cpp. Which root port a message comes to is in
/// tests/unit/pooling/error_receivers_test.
namespace rootpool::pcie {
namespace {

using namespace test;

enum class Class { uncorrectable, correctable };
constexpr auto no_role = DetectorRole::last;

/// PCIe base tables 6-3 to 6-5, 7.8.4.2, 7.8.4.5.
struct ExpectedKind {
    ErrorKind kind;
    const char* name;
    Class of;
    std::uint32_t status;
    bool fatal_after_reset;
    bool header;
    DetectorRole advisory; ///< a role in which a non-fatal error is advisory; no_role: there is none
};

constexpr auto U = Class::uncorrectable;
constexpr auto C = Class::correctable;
using enum DetectorRole;

constexpr ExpectedKind kinds[] = {
    {ErrorKind::data_link_protocol, "Data Link Protocol Error", U, 0x0000'0010, true, false, no_role},
    {ErrorKind::surprise_down, "Surprise Down Error", U, 0x0000'0020, true, false, no_role},
    {ErrorKind::poisoned_tlp, "Poisoned TLP Received", U, 0x0000'1000, false, true, handling_receiver},
    {ErrorKind::flow_control_protocol, "Flow Control Protocol Error", U, 0x0000'2000, true, false, no_role},
    {ErrorKind::completion_timeout, "Completion Timeout", U, 0x0000'4000, false, false, retrying},
    {ErrorKind::completer_abort, "Completer Abort", U, 0x0000'8000, false, true, completer},
    {ErrorKind::unexpected_completion, "Unexpected Completion", U, 0x0001'0000, false, true, last},
    {ErrorKind::receiver_overflow, "Receiver Overflow", U, 0x0002'0000, true, false, no_role},
    {ErrorKind::malformed_tlp, "Malformed TLP", U, 0x0004'0000, true, true, no_role},
    {ErrorKind::ecrc, "ECRC Check Failed", U, 0x0008'0000, false, true, intermediate},
    {ErrorKind::unsupported_request, "Unsupported Request", U, 0x0010'0000, false, true, completer},
    {ErrorKind::acs_violation, "ACS Violation", U, 0x0020'0000, false, true, completer},
    {ErrorKind::uncorrectable_internal, "Uncorrectable Internal Error", U, 0x0040'0000, true, true, no_role},
    {ErrorKind::mc_blocked_tlp, "MC Blocked TLP", U, 0x0080'0000, false, true, no_role},
    {ErrorKind::receiver, "Receiver Error", C, 0x0000'0001, false, false, no_role},
    {ErrorKind::bad_tlp, "Bad TLP", C, 0x0000'0040, false, false, no_role},
    {ErrorKind::bad_dllp, "Bad DLLP", C, 0x0000'0080, false, false, no_role},
    {ErrorKind::replay_num_rollover, "REPLAY_NUM Rollover", C, 0x0000'0100, false, false, no_role},
    {ErrorKind::replay_timer_timeout, "Replay Timer Timeout", C, 0x0000'1000, false, false, no_role},
    {ErrorKind::corrected_internal, "Corrected Internal Error", C, 0x0000'4000, false, false, no_role},
    {ErrorKind::header_log_overflow, "Header Log Overflow", C, 0x0000'8000, false, false, no_role},
};

/// How a detector reports: which path of figure 6-2.
enum class Path { fatal, non_fatal, advisory, correctable };
constexpr const char* path_names[] = {"fatal", "non-fatal", "advisory", "correctable"};

/// Figure 6-2. `masked` is the error's own mask bit, `advisory_masked` that of Advisory Non-Fatal Error; `enabled` all
/// four enables of Device Control.
struct ExpectedOutcome {
    Path path;
    bool masked;
    bool advisory_masked;
    bool enabled;
    bool serr;
    bool status;   ///< the error's own bit
    bool recorded; ///< First Error Pointer, and Header Log if the error has one
    const char* message;
    std::uint16_t device_status; ///< without Unsupported Request Detected
    bool system_error;           ///< Status, Signaled System Error
    std::uint32_t root_status;   ///< Root Error Status of the port above, all of whose enables are on
};

constexpr ExpectedOutcome outcomes[] = {
    // path           mask   adv.   enable serr   status record message        dev  sse    root
    {Path::fatal, false, false, false, false, true, true, "-", 0x4, false, 0x00},
    {Path::fatal, false, false, false, true, true, true, "ERR_FATAL", 0x4, true, 0x54},
    {Path::fatal, false, false, true, false, true, true, "ERR_FATAL", 0x4, false, 0x54},
    {Path::fatal, false, false, true, true, true, true, "ERR_FATAL", 0x4, true, 0x54},
    {Path::fatal, true, false, false, false, true, false, "-", 0x4, false, 0x00},
    {Path::fatal, true, false, false, true, true, false, "-", 0x4, false, 0x00},
    {Path::fatal, true, false, true, false, true, false, "-", 0x4, false, 0x00},
    {Path::fatal, true, false, true, true, true, false, "-", 0x4, false, 0x00},
    {Path::non_fatal, false, false, false, false, true, true, "-", 0x2, false, 0x00},
    {Path::non_fatal, false, false, false, true, true, true, "ERR_NONFATAL", 0x2, true, 0x24},
    {Path::non_fatal, false, false, true, false, true, true, "ERR_NONFATAL", 0x2, false, 0x24},
    {Path::non_fatal, false, false, true, true, true, true, "ERR_NONFATAL", 0x2, true, 0x24},
    {Path::non_fatal, true, false, false, false, true, false, "-", 0x2, false, 0x00},
    {Path::non_fatal, true, false, false, true, true, false, "-", 0x2, false, 0x00},
    {Path::non_fatal, true, false, true, false, true, false, "-", 0x2, false, 0x00},
    {Path::non_fatal, true, false, true, true, true, false, "-", 0x2, false, 0x00},
    {Path::advisory, false, false, false, false, true, true, "-", 0x1, false, 0x00},
    {Path::advisory, false, false, false, true, true, true, "-", 0x1, false, 0x00},
    {Path::advisory, false, false, true, false, true, true, "ERR_COR", 0x1, false, 0x01},
    {Path::advisory, false, false, true, true, true, true, "ERR_COR", 0x1, false, 0x01},
    {Path::advisory, true, false, false, false, true, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, false, false, true, true, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, false, true, false, true, false, "ERR_COR", 0x1, false, 0x01},
    {Path::advisory, true, false, true, true, true, false, "ERR_COR", 0x1, false, 0x01},
    {Path::advisory, false, true, false, false, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, false, true, false, true, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, false, true, true, false, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, false, true, true, true, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, true, false, false, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, true, false, true, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, true, true, false, false, false, "-", 0x1, false, 0x00},
    {Path::advisory, true, true, true, true, false, false, "-", 0x1, false, 0x00},
    {Path::correctable, false, false, false, false, true, false, "-", 0x1, false, 0x00},
    {Path::correctable, false, false, false, true, true, false, "-", 0x1, false, 0x00},
    {Path::correctable, false, false, true, false, true, false, "ERR_COR", 0x1, false, 0x01},
    {Path::correctable, false, false, true, true, true, false, "ERR_COR", 0x1, false, 0x01},
    {Path::correctable, true, false, false, false, true, false, "-", 0x1, false, 0x00},
    {Path::correctable, true, false, false, true, true, false, "-", 0x1, false, 0x00},
    {Path::correctable, true, false, true, false, true, false, "-", 0x1, false, 0x00},
    {Path::correctable, true, false, true, true, true, false, "-", 0x1, false, 0x00},
};

bool takes_path(const ExpectedKind& kind, Path path) {
    switch (path) {
    case Path::correctable:
        return kind.of == C;
    case Path::advisory:
        return kind.of == U && (kind.advisory != no_role || kind.kind == ErrorKind::unexpected_completion);
    case Path::non_fatal:
        return kind.of == U && kind.kind != ErrorKind::unexpected_completion; // that one is always advisory
    default:
        return kind.of == U;
    }
}

/// What became visible.
struct Observed {
    bool status = false;
    bool advisory_status = false;
    unsigned first_error = 0;
    std::array<std::uint32_t, 4> header_log{};
    std::string message;
    std::uint16_t device_status = 0;
    bool system_error = false;
    std::uint32_t root_status = 0;
    std::uint16_t root_source = 0;
};

constexpr Bdf reporter_id(4, 0x10, 2);
/// MRd with 3 dwords, length 1; requester 00:02.0, tag 0x5A, first byte enables 1111b; address (PCIe base 2.2.7).
constexpr std::array<std::uint32_t, 4> header_of_the_read = {0x0000'0001, 0x0010'5A0F, 0xE000'1000, 0};

const char* name_of(ErrorMessage message) {
    switch (message) {
    case ErrorMessage::correctable:
        return "ERR_COR";
    case ErrorMessage::non_fatal:
        return "ERR_NONFATAL";
    case ErrorMessage::fatal:
        return "ERR_FATAL";
    default:
        return "-";
    }
}

/// A root port that lets everything through.
ConfigSpace open_root_port() {
    ConfigSpace space = bridge_space(PortType::root_port);
    write16(space, registers::bridge_control, 0x0002);
    write16(space, device_control_at, 0x000F);
    return space;
}

ConfigSpace configured(const ExpectedKind& kind, const ExpectedOutcome& row) {
    ConfigSpace space = endpoint_space();
    write16(space, registers::command, row.serr ? 0x0100 : 0);
    write16(space, device_control_at, row.enabled ? 0x000F : 0);
    write32(space, severity_at, row.path == Path::fatal ? 0xFFFF'FFFF : 0);
    write32(space, uncorrectable_mask_at, kind.of == U && row.masked ? kind.status : 0);
    write32(space, correctable_mask_at,
            (kind.of == C && row.masked ? kind.status : 0U) | (row.advisory_masked ? 0x2000U : 0U));
    return space;
}

Observed observe(const ExpectedKind& kind, const ExpectedOutcome& row) {
    ConfigSpace space = configured(kind, row);
    const TlpHeader header = memory_read(Bdf(0, 2, 0), Tag(0x5A), 0xE000'1000, 4);
    const DetectorRole role = row.path == Path::non_fatal ? no_role : kind.advisory;
    const ErrorMessage message =
        ErrorReporter(space, error_registers).report(kind.kind, {.header = &header, .role = role});
    Observed seen;
    seen.status =
        (space.get32(kind.of == U ? uncorrectable_status_at : correctable_status_at) & kind.status) == kind.status;
    seen.advisory_status = kind.of == U && (space.get32(correctable_status_at) & 0x2000) != 0;
    seen.first_error = space.get32(aer_control_at) & 0x1F;
    for (std::size_t dword = 0; dword < seen.header_log.size(); ++dword) {
        seen.header_log[dword] = space.get32(static_cast<std::uint16_t>(header_log_at + 4 * dword));
    }
    seen.message = name_of(message);
    seen.device_status = space.get16(device_status_at);
    seen.system_error = (space.get16(registers::status) & 0x4000) != 0;
    ConfigSpace root_port = open_root_port();
    RootErrors root(root_port, error_registers);
    const TlpHeader sent = error_message_header(message, reporter_id);
    static_cast<void>(root.receive(error_message_of(sent), sent.requester));
    seen.root_status = root_port.get32(root_status_at);
    seen.root_source =
        root_port.get16(row.path == Path::fatal || row.path == Path::non_fatal ? source_id_at + 2 : source_id_at);
    return seen;
}

void print(const ExpectedKind& kind, const ExpectedOutcome& row, const Observed& seen) {
    const bool arrives = seen.root_status != 0;
    std::printf("%-29s %-11s mask %-3s advisory mask %-3s enables %-3s SERR# %-3s | status %d header %-3s %-12s %s\n",
                kind.name, path_names[static_cast<int>(row.path)], row.masked ? "on" : "off",
                row.advisory_masked ? "on" : "off", row.enabled ? "on" : "off", row.serr ? "on" : "off", seen.status,
                seen.header_log == header_of_the_read ? "yes" : "no", seen.message.c_str(),
                arrives ? "counted by a root port" : "");
}

void compare(const ExpectedKind& kind, const ExpectedOutcome& row, const Observed& seen) {
    const bool unsupported = kind.kind == ErrorKind::unsupported_request;
    EXPECT_EQ(seen.status, row.status);
    EXPECT_EQ(seen.advisory_status, row.path == Path::advisory);
    EXPECT_EQ(seen.first_error != 0 ? 1U << seen.first_error : 0U, row.recorded ? kind.status : 0U);
    EXPECT_EQ(seen.header_log, row.recorded && kind.header ? header_of_the_read : decltype(seen.header_log){});
    EXPECT_EQ(seen.message, row.message);
    EXPECT_EQ(seen.device_status, row.device_status | (unsupported ? 0x8 : 0));
    EXPECT_EQ(seen.system_error, row.system_error);
    EXPECT_EQ(seen.root_status, row.root_status);
    EXPECT_EQ(seen.root_source, row.root_status != 0 ? reporter_id.routing_id() : 0);
}

TEST(ErrorMatrix, every_kind_severity_mask_and_enable) {
    std::size_t rows = 0;
    for (const ExpectedKind& kind : kinds) {
        for (const ExpectedOutcome& row : outcomes) {
            if (!takes_path(kind, row.path)) {
                continue;
            }
            SCOPED_TRACE(std::string(kind.name) + ", row " + std::to_string(&row - outcomes));
            const Observed seen = observe(kind, row);
            print(kind, row, seen);
            compare(kind, row, seen);
            ++rows;
        }
    }
    EXPECT_EQ(rows, 14U * 8 + 13U * 8 + 7U * 16 + 7U * 8);
}

TEST(ErrorMatrix, has_every_kind_once_and_knows_the_severity_after_reset) {
    ASSERT_EQ(std::size(kinds), error_definitions().size());
    for (const ExpectedKind& kind : kinds) {
        const ErrorDefinition& defined = definition_of(kind.kind);
        EXPECT_EQ(defined.name, kind.name);
        EXPECT_EQ(defined.mask(), kind.status) << kind.name;
        EXPECT_EQ(defined.correctable(), kind.of == C) << kind.name;
        EXPECT_EQ(defined.severity == ErrorSeverity::fatal, kind.fatal_after_reset) << kind.name;
    }
    const ConfigSpace space = endpoint_space();
    std::uint32_t fatal = 0;
    for (const ExpectedKind& kind : kinds) {
        fatal |= kind.fatal_after_reset ? kind.status : 0U;
    }
    EXPECT_EQ(space.get32(severity_at), fatal) << "PCIe base 7.8.4.4";
}

} // namespace
} // namespace rootpool::pcie
