#include "rootpool/pooling/virtual_switch.h"

#include <gtest/gtest.h>

#include "pool_fixture.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {
namespace {

using namespace test;
using pcie::CompletionStatus;
using pcie::TlpHeader;
using pcie::TlpKind;
using Kind = Route::Kind;

class VirtualSwitchTest : public testing::Test {
protected:
    VirtualSwitchTest() {
        EXPECT_EQ(pool.manager->assign(nic, vfs(0, 0), slave1), AssignResult::ok);
        write(TlpKind::config_write_0, pcie::Bdf(1, 0, 1), 0x18, 0x0004'0201);
        write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), 0x18, 0x0004'0302);
    }
    pcie::TlpPtr execute(const TlpHeader& header, std::uint32_t value = 0) {
        const Route route = root.route(header);
        EXPECT_EQ(route.kind, Kind::local);
        return root.execute(*tlp_of(pool.factory, header, slave1, value), route);
    }
    void write(TlpKind kind, pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
        EXPECT_EQ(execute(configuration(kind, target, offset), value)->header.status, CompletionStatus::successful);
    }
    /// Bus mastering and memory on, window E0000000-E00FFFFF, in both bridges; management BAR at E0100000.
    void open() {
        for (const auto& [kind, bridge] : {std::pair{TlpKind::config_write_0, pcie::Bdf(1, 0, 1)},
                                           std::pair{TlpKind::config_write_1, pcie::Bdf(2, 0, 0)}}) {
            write(kind, bridge, 0x20, 0xE000'E000);
            write(kind, bridge, 0x04, 0x6);
        }
        write(TlpKind::config_write_0, pcie::Bdf(1, 0, 0), 0x10, 0xE010'0000);
        write(TlpKind::config_write_0, pcie::Bdf(1, 0, 0), 0x04, 0x2);
    }
    /// Reporting and forwarding on, in both bridges.
    void enable_errors() {
        for (const auto& [kind, bridge] : {std::pair{TlpKind::config_write_0, pcie::Bdf(1, 0, 1)},
                                           std::pair{TlpKind::config_write_1, pcie::Bdf(2, 0, 0)}}) {
            write(kind, bridge, BridgeRegisters::device_control, 0x000F);
            write(kind, bridge, 0x3C, 0x0002'0000);
        }
    }
    [[nodiscard]] std::uint32_t status_of(std::size_t function) const {
        return root.function(function).read(BridgeRegisters::device_control) >> 16U;
    }
    Pool pool;
    VirtualSwitch& root = *pool.switches[1];
};

TEST_F(VirtualSwitchTest, has_functions_0_and_1_and_no_other) {
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_0, pcie::Bdf(1, 0, 0), 0)).function,
              VirtualSwitch::management);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_0, pcie::Bdf(1, 0, 1), 0)).function,
              VirtualSwitch::upstream);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_0, pcie::Bdf(1, 0, 2), 0)).kind, Kind::probe);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_0, pcie::Bdf(1, 1, 0), 0)).kind, Kind::probe);
}

TEST_F(VirtualSwitchTest, has_its_downstream_bridges_on_the_secondary_bus) {
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_1, pcie::Bdf(2, 0, 0), 0)).kind, Kind::local);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_1, pcie::Bdf(2, 1, 0), 0)).kind, Kind::probe);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_1, pcie::Bdf(2, 0, 1), 0)).kind, Kind::probe);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_1, pcie::Bdf(5, 0, 0), 0)).kind, Kind::probe);
}

TEST_F(VirtualSwitchTest, converts_for_the_bus_below_and_passes_type_1_beyond) {
    const Route below = root.route(configuration(TlpKind::config_read_1, pcie::Bdf(3, 0, 0), 0));
    EXPECT_EQ(below.kind, Kind::device);
    EXPECT_TRUE(below.convert_to_type_0);
    const Route beyond = root.route(configuration(TlpKind::config_read_1, pcie::Bdf(4, 0x10, 0), 0));
    EXPECT_EQ(beyond.kind, Kind::device);
    EXPECT_FALSE(beyond.convert_to_type_0);
}

TEST_F(VirtualSwitchTest, reaches_other_devices_than_0_only_with_ari_forwarding) {
    const TlpHeader header = configuration(TlpKind::config_read_1, pcie::Bdf(3, 1, 0), 0);
    EXPECT_EQ(root.route(header).kind, Kind::probe);
    write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), BridgeRegisters::device_control_2, 0x20);
    EXPECT_EQ(root.route(header).kind, Kind::device);
}

TEST_F(VirtualSwitchTest, finds_nothing_in_an_empty_slot) {
    root.set_presence(nic, false);
    EXPECT_EQ(root.route(configuration(TlpKind::config_read_1, pcie::Bdf(3, 0, 0), 0)).kind, Kind::probe);
}

TEST_F(VirtualSwitchTest, tells_the_engine_its_bus) {
    EXPECT_EQ(pool.engine->ids().find({slave1, pcie::Bdf(3, 0, 0)}), pcie::VfIndex(0));
}

TEST_F(VirtualSwitchTest, routes_memory_by_bar_and_windows) {
    EXPECT_EQ(root.route(memory(TlpKind::memory_read, 0xE000'0000)).cause, RefusalCause::no_window);
    open();
    EXPECT_EQ(root.route(memory(TlpKind::memory_read, 0xE000'0000)).kind, Kind::device);
    EXPECT_EQ(root.route(memory(TlpKind::memory_read, 0xE010'0000)).kind, Kind::local);
    EXPECT_EQ(root.route(memory(TlpKind::memory_read, 0xE020'0000)).cause, RefusalCause::no_window);
    write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), 0x04, 0x4);
    EXPECT_EQ(root.route(memory(TlpKind::memory_read, 0xE000'0000)).cause, RefusalCause::memory_space_disabled);
}

TEST_F(VirtualSwitchTest, ends_messages_and_refuses_io) {
    EXPECT_EQ(root.route(message(0x19, {})).kind, Kind::consume);
    EXPECT_EQ(root.route(memory(TlpKind::io_read, 0x100)).cause, RefusalCause::unsupported_kind);
}

TEST_F(VirtualSwitchTest, routes_completions_by_the_bus_of_the_requester) {
    TlpHeader request = memory(TlpKind::memory_read, 0x1000);
    request.requester = pcie::Bdf(3, 0, 0);
    EXPECT_EQ(root.route(completion_of(request, {}, true)).kind, Kind::device);
    request.requester = pcie::Bdf(2, 0, 0);
    EXPECT_EQ(root.route(completion_of(request, {}, true)).cause, RefusalCause::unexpected_completion);
}

TEST_F(VirtualSwitchTest, executes_management_registers_by_whole_dwords) {
    open();
    std::vector<pcie::RootId> masters{master};
    Fences fences;
    ManagementRegisters registers(slave1, 3, masters, *pool.manager, fences);
    root.set_management(registers);
    EXPECT_EQ(first_dword(*execute(memory(TlpKind::memory_read, 0xE010'0000))), ManagementRegisterMap::identification);
    EXPECT_EQ(execute(memory(TlpKind::memory_write, 0xE010'0008), 5), nullptr);
    EXPECT_EQ(registers.read(ManagementRegisterMap::device), 5U);
    EXPECT_EQ(execute(memory(TlpKind::memory_read, 0xE010'0000, 2))->header.status, CompletionStatus::completer_abort);
    EXPECT_EQ(root.refused()[RefusalCause::management_access], 1U);
}

TEST_F(VirtualSwitchTest, answers_refused_reads_and_counts_but_not_probes) {
    const pcie::TlpPtr read = tlp_of(pool.factory, memory(TlpKind::memory_read, 0, 1, pcie::Tag(5)), slave1);
    const pcie::TlpPtr answer = root.refuse(*read, RefusalCause::no_window, true);
    EXPECT_EQ(answer->header.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(answer->header.tag, pcie::Tag(5));
    EXPECT_EQ(
        root.refuse(*tlp_of(pool.factory, memory(TlpKind::memory_write, 0), slave1), RefusalCause::no_window, true),
        nullptr);
    EXPECT_NE(root.refuse(*read, RefusalCause::none, false), nullptr);
    EXPECT_EQ(root.refused().total(), 2U);
}

TEST_F(VirtualSwitchTest, lets_dma_up_only_with_bus_mastering_in_both_bridges) {
    const TlpHeader dma = memory(TlpKind::memory_write, 0x1000);
    EXPECT_EQ(root.upward(nic, dma), RefusalCause::bus_master_disabled);
    open();
    EXPECT_EQ(root.upward(nic, dma), RefusalCause::none);
    write(TlpKind::config_write_0, pcie::Bdf(1, 0, 1), 0x04, 0x2);
    EXPECT_EQ(root.upward(nic, dma), RefusalCause::bus_master_disabled);
}

TEST_F(VirtualSwitchTest, keeps_dma_away_from_management_registers_and_other_devices) {
    open();
    EXPECT_EQ(root.upward(nic, memory(TlpKind::memory_write, 0xE010'0010)), RefusalCause::peer_to_peer);
    EXPECT_EQ(root.upward(nic, memory(TlpKind::memory_read, 0xE000'0010)), RefusalCause::peer_to_peer);
}

TEST_F(VirtualSwitchTest, forwards_error_messages_when_both_bridges_enable_it) {
    const TlpHeader fatal = message(0x33, pcie::Bdf(3, 0, 0));
    EXPECT_FALSE(root.forwards(nic, fatal));
    enable_errors();
    EXPECT_TRUE(root.forwards(nic, fatal));
    write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), 0x3C, 0);
    EXPECT_FALSE(root.forwards(nic, fatal));
    EXPECT_TRUE(root.forwards(nic, message(0x18, pcie::Bdf(3, 0, 0)))) << "PM_PME is no error";
}

TEST_F(VirtualSwitchTest, upstream_bridge_reports_what_no_window_takes) {
    const pcie::TlpPtr posted = tlp_of(pool.factory, memory(TlpKind::memory_write, 0x1000), slave1);
    EXPECT_EQ(root.refuse(*posted, RefusalCause::no_window, true), nullptr);
    EXPECT_EQ(root.take_error(), nullptr) << "nothing is enabled";
    EXPECT_EQ(status_of(VirtualSwitch::upstream), 0x000AU);
    enable_errors();
    EXPECT_EQ(root.refuse(*posted, RefusalCause::no_window, true), nullptr);
    const pcie::TlpPtr sent = root.take_error();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->header.message_code, 0x31);
    EXPECT_EQ(sent->header.requester, pcie::Bdf(1, 0, 1));
    EXPECT_EQ(root.take_error(), nullptr) << "once";
}

TEST_F(VirtualSwitchTest, probes_are_advisory_and_quiet) {
    enable_errors();
    const pcie::TlpPtr probe =
        tlp_of(pool.factory, configuration(TlpKind::config_read_0, pcie::Bdf(1, 0, 2), 0), slave1);
    EXPECT_NE(root.refuse(*probe, RefusalCause::none, false), nullptr);
    EXPECT_EQ(root.take_error(), nullptr) << "Advisory Non-Fatal Error is masked after reset";
    EXPECT_EQ(status_of(VirtualSwitch::upstream), 0x0009U) << "correctable, unsupported request";
    EXPECT_EQ(root.refused().total(), 0U);
}

TEST_F(VirtualSwitchTest, downstream_bridge_reports_what_the_engine_refuses) {
    enable_errors();
    const TlpHeader refused = memory(TlpKind::memory_write, 0xE000'0000);
    root.report_refusal(nic, RefusalCause::outside_lent_bar, {.header = &refused});
    const pcie::TlpPtr sent = root.take_error();
    ASSERT_NE(sent, nullptr);
    EXPECT_EQ(sent->header.requester, pcie::Bdf(2, 0, 0));
    EXPECT_EQ(sent->header.message_code, 0x31);
    write(TlpKind::config_write_0, pcie::Bdf(1, 0, 1), 0x3C, 0);
    root.report_refusal(nic, RefusalCause::outside_lent_bar, {.header = &refused});
    EXPECT_EQ(root.take_error(), nullptr) << "the upstream bridge does not let it pass";
}

TEST_F(VirtualSwitchTest, peer_to_peer_under_redirection_is_an_acs_violation) {
    open();
    const pcie::TlpPtr read = tlp_of(pool.factory, memory(TlpKind::memory_read, 0xE000'0010));
    EXPECT_EQ(root.refuse_upward(nic, *read, read->header, RefusalCause::peer_to_peer)->header.status,
              CompletionStatus::unsupported_request);
    write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), BridgeRegisters::acs + 4, 0x0004'0000);
    write(TlpKind::config_write_1, pcie::Bdf(2, 0, 0), BridgeRegisters::aer + 0x14, 0);
    EXPECT_EQ(root.refuse_upward(nic, *read, read->header, RefusalCause::peer_to_peer)->header.status,
              CompletionStatus::completer_abort);
    const BridgeFunction& bridge = root.function(VirtualSwitch::first_downstream);
    EXPECT_EQ(bridge.read(BridgeRegisters::aer + 4), 0x0020'0000U);
    EXPECT_EQ(bridge.read(0x1C) >> 16U, 0x0800U) << "Secondary Status, Signaled Target Abort";
    EXPECT_EQ(root.refused()[RefusalCause::peer_to_peer], 2U);
}

TEST(Refusals, are_reported_as_the_error_that_they_are) {
    using enum pcie::ErrorKind;
    EXPECT_EQ(error_kind_of(RefusalCause::no_window), unsupported_request);
    EXPECT_EQ(error_kind_of(RefusalCause::crosses_4k), malformed_tlp);
    EXPECT_EQ(error_kind_of(RefusalCause::larger_than_mps), malformed_tlp);
    EXPECT_EQ(error_kind_of(RefusalCause::poisoned), poisoned_tlp);
    EXPECT_EQ(error_kind_of(RefusalCause::unexpected_completion), unexpected_completion);
    EXPECT_EQ(error_kind_of(RefusalCause::management_access), completer_abort);
}

} // namespace
} // namespace rootpool::pooling
