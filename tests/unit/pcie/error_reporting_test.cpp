#include "rootpool/pcie/error_reporting.h"

#include <gtest/gtest.h>

#include "error_function.h"
#include "rootpool/pcie/tlp.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {
namespace {

using namespace test;
using enum ErrorKind;

constexpr Bdf requester(3, 0, 0);

class ErrorReporting : public testing::Test {
protected:
    ErrorReporting() { write32(space, correctable_mask_at, 0); }
    ErrorMessage report(ErrorKind kind, const TlpHeader& header, DetectorRole role = DetectorRole::last) {
        return reporter.report(kind, {.header = &header, .role = role});
    }
    void clear_uncorrectable(std::uint32_t bits) {
        write32(space, uncorrectable_status_at, bits);
        reporter.follow_write();
    }
    [[nodiscard]] unsigned first_error() const { return space.get32(aer_control_at) & 0x1F; }

    ConfigSpace space = endpoint_space();
    ErrorReporter reporter{space, error_registers};
    TlpHeader write = memory_write(requester, Tag(1), 0x1'2345'6780, 64);
    TlpHeader read = memory_read(requester, Tag(2), 0x8000'0000, 4);
};

TEST_F(ErrorReporting, header_log_has_byte_0_of_the_header_highest) {
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    EXPECT_EQ(space.get32(header_log_at), 0x6000'0010U) << "MWr, 4 DW, 16 dwords";
    EXPECT_EQ(space.get32(header_log_at + 4), 0x0300'01FFU);
    EXPECT_EQ(space.get32(header_log_at + 8), 0x0000'0001U);
    EXPECT_EQ(space.get32(header_log_at + 12), 0x2345'6780U);
}

TEST_F(ErrorReporting, first_error_keeps_pointer_and_header_until_its_bit_is_cleared) {
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    EXPECT_EQ(report(completer_abort, read), ErrorMessage::none);
    EXPECT_EQ(first_error(), 20U);
    EXPECT_EQ(space.get32(header_log_at), 0x6000'0010U);
    EXPECT_EQ(space.get32(uncorrectable_status_at), 0x0010'8000U) << "both are recorded as such";
    clear_uncorrectable(0x8000);
    EXPECT_EQ(first_error(), 20U) << "the other one's bit does not matter";
    clear_uncorrectable(0x0010'0000);
    EXPECT_EQ(first_error(), 0U) << "points where no error ever is";
    EXPECT_EQ(report(completer_abort, read), ErrorMessage::none);
    EXPECT_EQ(first_error(), 15U);
    EXPECT_EQ(space.get32(header_log_at), 0x0000'0001U);
}

TEST_F(ErrorReporting, masked_error_after_a_cleared_one_is_not_taken_for_a_recorded_one) {
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    clear_uncorrectable(0x0010'0000);
    write32(space, uncorrectable_mask_at, 0x0010'0000);
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    EXPECT_EQ(first_error(), 0U) << "PCIe base 6.2.4.2, implementation note";
    EXPECT_EQ(report(completer_abort, read), ErrorMessage::none);
    EXPECT_EQ(first_error(), 15U);
}

TEST_F(ErrorReporting, status_bits_are_cleared_one_by_one) {
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    EXPECT_EQ(report(bad_tlp, write), ErrorMessage::none);
    EXPECT_EQ(space.get16(device_status_at), 0x000B);
    write16(space, device_status_at, 0x0008);
    EXPECT_EQ(space.get16(device_status_at), 0x0003);
    EXPECT_EQ(space.get32(uncorrectable_status_at), 0x0010'0000U) << "of its own";
    write32(space, correctable_status_at, 0x0000'0040);
    EXPECT_EQ(space.get32(correctable_status_at), 0U);
}

TEST_F(ErrorReporting, log_survives_hot_and_function_level_reset_but_not_a_fundamental_one) {
    write32(space, uncorrectable_mask_at, 0x0004'0000);
    write32(space, aer_control_at, 0x0000'0140);
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    const auto expect_kept = [this] {
        EXPECT_EQ(space.get32(uncorrectable_status_at), 0x0010'0000U);
        EXPECT_EQ(space.get32(uncorrectable_mask_at), 0x0004'0000U);
        EXPECT_EQ(space.get32(correctable_mask_at), 0U);
        EXPECT_EQ(space.get32(aer_control_at), 0x0000'01F4U);
        EXPECT_EQ(space.get32(header_log_at), 0x6000'0010U);
        EXPECT_EQ(space.get16(device_status_at), 0U) << "Device Status is not sticky";
    };
    space.function_level_reset();
    expect_kept();
    space.hot_reset();
    expect_kept();
    space.conventional_reset();
    EXPECT_EQ(space.get32(uncorrectable_status_at), 0U);
    EXPECT_EQ(space.get32(uncorrectable_mask_at), 0x0040'0000U) << "internal errors are masked";
    EXPECT_EQ(space.get32(correctable_mask_at), 0xE000U);
    EXPECT_EQ(space.get32(aer_control_at), 0x0000'00A0U);
    EXPECT_EQ(space.get32(header_log_at), 0U);
}

TEST_F(ErrorReporting, advisory_error_of_fatal_severity_is_fatal) {
    write32(space, severity_at, 0x0010'0000);
    write16(space, device_control_at, 0x000F);
    EXPECT_EQ(report(unsupported_request, read, DetectorRole::completer), ErrorMessage::fatal);
    EXPECT_EQ(space.get16(device_status_at), 0x000C);
    EXPECT_EQ(space.get32(correctable_status_at), 0U);
}

TEST_F(ErrorReporting, unsupported_request_has_an_enable_of_its_own) {
    write16(space, device_control_at, 0x0007);
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::none);
    EXPECT_EQ(report(unsupported_request, read, DetectorRole::completer), ErrorMessage::none);
    EXPECT_EQ(report(completer_abort, read), ErrorMessage::non_fatal) << "only unsupported requests need it";
    write16(space, registers::command, 0x0100);
    EXPECT_EQ(report(unsupported_request, write), ErrorMessage::non_fatal) << "SERR# is enough";
    EXPECT_EQ(report(unsupported_request, read, DetectorRole::completer), ErrorMessage::none)
        << "but not for an advisory one (PCIe base 6.2.7, implementation note)";
}

TEST_F(ErrorReporting, internal_error_without_tlp_leaves_all_ones) {
    write32(space, uncorrectable_mask_at, 0);
    EXPECT_EQ(reporter.report(uncorrectable_internal), ErrorMessage::none);
    EXPECT_EQ(space.get32(header_log_at), 0xFFFF'FFFFU);
    EXPECT_EQ(space.get32(header_log_at + 12), 0xFFFF'FFFFU);
}

TEST_F(ErrorReporting, completion_timeout_logs_a_header_only_where_the_function_says_so) {
    EXPECT_EQ(report(completion_timeout, read), ErrorMessage::none);
    EXPECT_EQ(first_error(), 14U);
    EXPECT_EQ(space.get32(header_log_at), 0U);
    clear_uncorrectable(0x4000);
    space.set32(aer_control_at, 0x1000);
    EXPECT_EQ(report(completion_timeout, read), ErrorMessage::none);
    EXPECT_EQ(space.get32(header_log_at), 0x0000'0001U);
}

TEST_F(ErrorReporting, poisoned_tlp_shows_as_parity_error) {
    EXPECT_EQ(report(poisoned_tlp, write), ErrorMessage::none);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x8000);
    const TlpHeader data = completion_with_data(read, requester);
    EXPECT_EQ(report(poisoned_tlp, data), ErrorMessage::none);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x8000) << "Parity Error Response is off";
    write16(space, registers::command, 0x0040);
    EXPECT_EQ(report(poisoned_tlp, data), ErrorMessage::none);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x8100) << "a poisoned completion: Master Data Parity Error";
}

TEST_F(ErrorReporting, aborts_show_in_status) {
    EXPECT_EQ(report(completer_abort, read, DetectorRole::completer), ErrorMessage::none);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x0800) << "Signaled Target Abort";
    reporter.note_unsuccessful(CompletionStatus::completer_abort);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x1800) << "Received Target Abort";
    reporter.note_unsuccessful(CompletionStatus::request_retry);
    reporter.note_unsuccessful(CompletionStatus::successful);
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x1800);
    reporter.note_unsuccessful(static_cast<CompletionStatus>(7));
    EXPECT_EQ(space.get16(registers::status) & 0xF900, 0x3800) << "a reserved code is handled as UR";
}

TEST_F(ErrorReporting, without_aer_severities_are_those_after_reset_and_advisory_errors_send_nothing) {
    ConfigSpace plain;
    ConfigSpaceBuilder(plain).type_0_header({}).express(error_registers.express, {});
    write16(plain, device_control_at, 0x000F);
    ErrorReporter without(plain, {error_registers.express, 0});
    EXPECT_EQ(without.report(malformed_tlp), ErrorMessage::fatal);
    EXPECT_EQ(without.report(completion_timeout), ErrorMessage::non_fatal);
    EXPECT_EQ(without.report(bad_tlp), ErrorMessage::correctable);
    EXPECT_EQ(plain.get16(device_status_at), 0x0007);
    write16(plain, device_status_at, 0x000F);
    EXPECT_EQ(without.report(unsupported_request, {.role = DetectorRole::completer}), ErrorMessage::none);
    EXPECT_EQ(without.report(unexpected_completion), ErrorMessage::none);
    EXPECT_EQ(plain.get16(device_status_at), 0x0009);
    without.follow_write();
    EXPECT_FALSE(without.checks_ecrc());
    EXPECT_FALSE(without.generates_ecrc());
}

TEST_F(ErrorReporting, virtual_function_records_for_itself_under_the_controls_of_its_pf) {
    ConfigSpace vf = endpoint_space();
    write16(vf, device_control_at, 0x000F);
    ErrorReporter of_vf(vf, space, error_registers);
    EXPECT_EQ(of_vf.report(completion_timeout), ErrorMessage::none) << "its own enables do not count";
    write16(space, device_control_at, 0x0002);
    EXPECT_EQ(of_vf.report(completion_timeout), ErrorMessage::non_fatal);
    EXPECT_EQ(vf.get32(uncorrectable_status_at), 0x4000U);
    EXPECT_EQ(space.get32(uncorrectable_status_at), 0U);
    write32(space, uncorrectable_mask_at, 0x4000);
    EXPECT_EQ(of_vf.report(completion_timeout), ErrorMessage::none);
}

TEST_F(ErrorReporting, ecrc_is_generated_and_checked_when_enabled) {
    EXPECT_FALSE(reporter.generates_ecrc());
    EXPECT_FALSE(reporter.checks_ecrc());
    write32(space, aer_control_at, 0x0000'0040);
    EXPECT_TRUE(reporter.generates_ecrc());
    EXPECT_FALSE(reporter.checks_ecrc());
    write32(space, aer_control_at, 0x0000'0100);
    EXPECT_FALSE(reporter.generates_ecrc());
    EXPECT_TRUE(reporter.checks_ecrc());
}

TEST_F(ErrorReporting, message_is_routed_to_the_root_and_names_the_reporter) {
    const TlpHeader header = error_message_header(ErrorMessage::non_fatal, Bdf(3, 16, 2));
    EXPECT_EQ(validate(header), std::nullopt);
    EXPECT_EQ(header.kind, TlpKind::message);
    EXPECT_EQ(header.message_code, 0x31);
    EXPECT_EQ(header.message_routing, 0);
    EXPECT_EQ(header.requester, Bdf(3, 16, 2));
    EXPECT_EQ(error_message_of(header), ErrorMessage::non_fatal);
    EXPECT_EQ(error_message_of(message(requester, 0x32, 0)), ErrorMessage::none);
    EXPECT_EQ(error_message_of(write), ErrorMessage::none);
}

TEST_F(ErrorReporting, views_of_a_tlp_keep_its_bad_digest) {
    TlpFactory tlps;
    const TlpPtr tlp = tlps.make(read);
    tlp->ecrc_bad = true;
    EXPECT_TRUE(tlps.view(*tlp, read, RootId(1))->ecrc_bad);
    EXPECT_FALSE(tlps.make(read)->ecrc_bad);
}

// ---------------------------------------------------------------------------------------------------- bridges

class ErrorForwarding : public testing::Test {
protected:
    bool forward(ErrorMessage message) { return forward_error_message(bridge, error_registers, message); }
    ConfigSpace bridge = bridge_space(PortType::downstream_port);
};

TEST_F(ErrorForwarding, needs_serr_of_bridge_control_and_the_primary_sides_enable) {
    write16(bridge, device_control_at, 0x0007);
    EXPECT_FALSE(forward(ErrorMessage::non_fatal));
    write16(bridge, registers::bridge_control, 0x0002);
    EXPECT_TRUE(forward(ErrorMessage::correctable));
    EXPECT_TRUE(forward(ErrorMessage::non_fatal));
    EXPECT_TRUE(forward(ErrorMessage::fatal));
    write16(bridge, device_control_at, 0x0004);
    EXPECT_FALSE(forward(ErrorMessage::correctable));
    EXPECT_FALSE(forward(ErrorMessage::non_fatal));
    EXPECT_TRUE(forward(ErrorMessage::fatal));
}

TEST_F(ErrorForwarding, serr_of_command_lets_uncorrectable_messages_through) {
    write16(bridge, registers::bridge_control, 0x0002);
    write16(bridge, registers::command, 0x0100);
    EXPECT_FALSE(forward(ErrorMessage::correctable)) << "PCIe base 7.5.1.1.3";
    EXPECT_TRUE(forward(ErrorMessage::non_fatal));
    EXPECT_EQ(bridge.get16(registers::status) & 0xF900, 0x4000) << "Signaled System Error";
}

TEST_F(ErrorForwarding, uncorrectable_messages_are_a_received_system_error_even_when_they_end_here) {
    EXPECT_FALSE(forward(ErrorMessage::correctable));
    EXPECT_EQ(bridge.get16(registers::secondary_status), 0);
    EXPECT_FALSE(forward(ErrorMessage::fatal));
    EXPECT_EQ(bridge.get16(registers::secondary_status), 0x4000);
    EXPECT_EQ(bridge.get16(device_status_at), 0) << "the bridge itself detected nothing (PCIe base 6.2.8.1)";
    EXPECT_FALSE(forward(ErrorMessage::none));
}

TEST_F(ErrorForwarding, secondary_side_has_its_own_status_bits) {
    ErrorReporter reporter(bridge, error_registers);
    const TlpHeader data = completion_with_data(memory_read(requester, Tag(1), 0x1000, 4), requester);
    write16(bridge, registers::bridge_control, 0x0001);
    const ErrorMessage message = reporter.report(
        poisoned_tlp, {.header = &data, .role = DetectorRole::intermediate, .side = BridgeSide::secondary});
    EXPECT_EQ(message, ErrorMessage::none);
    EXPECT_EQ(bridge.get16(registers::secondary_status), 0x8100);
    EXPECT_EQ(bridge.get16(registers::status) & 0xF900, 0);
    EXPECT_EQ(reporter.report(acs_violation, {.role = DetectorRole::completer, .side = BridgeSide::secondary}),
              ErrorMessage::none);
    EXPECT_EQ(bridge.get16(registers::secondary_status), 0x8900) << "an ACS violation is answered with CA";
}

} // namespace
} // namespace rootpool::pcie
