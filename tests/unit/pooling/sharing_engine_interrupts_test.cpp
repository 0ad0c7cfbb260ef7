// Interrupts of lent VFs through the sharing engine that keeps their addresses and data.
#include <gtest/gtest.h>

#include "pool_fixture.h"
#include "rootpool/pooling/completions.h"

namespace rootpool::pooling {
namespace {

using namespace test;
using pcie::CompletionStatus;
using pcie::TlpHeader;
using pcie::TlpKind;
using Action = EngineOutput::Action;

constexpr pcie::Bdf slave_function_0(3, 0, 0);
constexpr std::uint32_t slave_base = 0xE000'0000;
constexpr std::uint32_t slave_table = slave_base + 0x4000; ///< BAR 3, where Pool::slave_maps() puts it
constexpr std::uint32_t address = 0xFEE0'0000;             ///< of both slaves
constexpr std::uint32_t data = 0x41;
constexpr unsigned vectors = 3;

class TranslatedInterruptsOfEngine : public testing::TestWithParam<std::string_view> {
protected:
    TranslatedInterruptsOfEngine() {
        pool.master_enables_vfs(8);
        pool.engine->set_slave_bus(slave1, Pool::slave_bus);
        pool.engine->set_slave_bus(slave2, Pool::slave_bus);
        EXPECT_EQ(pool.manager->assign(nic, vfs(0, 1), slave1), AssignResult::ok);
        EXPECT_EQ(pool.manager->assign(nic, vfs(2, 2), slave2), AssignResult::ok);
        pool.slave_maps(slave1, 0, slave_base);
        pool.slave_maps(slave2, 0, slave_base);
    }
    /// A slave programs vector `vector` of its function 0; the message number that the device gets.
    std::uint32_t program(pcie::RootId root, unsigned vector, std::uint32_t value) {
        const std::uint32_t entry = slave_table + vector * 16;
        const EngineOutput low = pool.down(root, memory(TlpKind::memory_write, entry), address);
        EXPECT_EQ(first_dword(*low.tlp), interrupt_window_base);
        EXPECT_EQ(first_dword(*pool.down(root, memory(TlpKind::memory_write, entry + 4), 0).tlp), 0U);
        const EngineOutput number = pool.down(root, memory(TlpKind::memory_write, entry + 8), value);
        EXPECT_EQ(first_dword(*pool.down(root, memory(TlpKind::memory_write, entry + 12), 0).tlp), 0U);
        return first_dword(*number.tlp);
    }
    EngineOutput send(unsigned vf, std::uint32_t value, TlpKind kind = TlpKind::memory_write) {
        TlpHeader header = memory(kind, interrupt_window_base);
        header.requester = pool.engine->snoop().routing_id(pcie::VfIndex(static_cast<std::uint16_t>(vf)));
        return pool.up(header, value);
    }
    [[nodiscard]] std::uint64_t refused(pcie::RootId root) const {
        return pool.engine->counters(root).refused[RefusalCause::unknown_interrupt];
    }
    Pool pool{GetParam(), false, "translate"};
};

INSTANTIATE_TEST_SUITE_P(return_route, TranslatedInterruptsOfEngine, testing::Values("scoreboard", "completer_id"));

TEST_P(TranslatedInterruptsOfEngine, tells_equal_messages_of_two_slaves_apart) {
    const std::uint32_t first = program(slave1, 1, data);
    const std::uint32_t second = program(slave2, 1, data);
    EXPECT_NE(first, second);
    for (const auto& [vf, number, root] : {std::tuple{0U, first, slave1}, std::tuple{2U, second, slave2}}) {
        const EngineOutput output = send(vf, number);
        ASSERT_EQ(output.action, Action::forward);
        EXPECT_EQ(output.tlp->root, root);
        EXPECT_EQ(output.tlp->header.requester, slave_function_0);
        EXPECT_EQ(output.tlp->header.address, address);
        EXPECT_FALSE(output.tlp->header.four_dw);
        EXPECT_EQ(first_dword(*output.tlp), data);
        EXPECT_EQ(pool.engine->counters(root).interrupts, 1U);
    }
}

TEST_P(TranslatedInterruptsOfEngine, leaves_the_slaves_own_tlp_as_it_was) {
    const pcie::TlpPtr write = tlp_of(pool.factory, memory(TlpKind::memory_write, slave_table + 8), slave1, data);
    const EngineOutput sent = pool.engine->from_root(*write, SimTime{0});
    EXPECT_NE(first_dword(*sent.tlp), data);
    EXPECT_EQ(first_dword(*write), data) << "captures upstream and the link's buffer show what the slave sent";
    EXPECT_EQ(sent.tlp->header.address, master_bar3 + 8);
}

TEST_P(TranslatedInterruptsOfEngine, sends_messages_above_4_gb_with_the_long_header) {
    const std::uint32_t number = program(slave1, 0, data);
    static_cast<void>(pool.down(slave1, memory(TlpKind::memory_write, slave_table + 4), 0x12));
    const EngineOutput output = send(0, number);
    EXPECT_EQ(output.tlp->header.address, 0x12'FEE0'0000U);
    EXPECT_TRUE(output.tlp->header.four_dw);
}

TEST_P(TranslatedInterruptsOfEngine, answers_reads_of_the_table_with_the_slaves_words_and_the_devices_mask) {
    program(slave1, 0, data);
    const EngineOutput sent = pool.down(slave1, memory(TlpKind::memory_read, slave_table, 4, pcie::Tag(7)));
    ASSERT_EQ(sent.action, Action::forward) << "the read flushes what the device sent before";
    const EngineOutput answered = pool.answer(sent, 1, pool.engine->snoop().routing_id(pcie::VfIndex(0)));
    ASSERT_EQ(answered.action, Action::forward);
    EXPECT_EQ(answered.tlp->root, slave1);
    EXPECT_EQ(answered.tlp->header.tag, pcie::Tag(7));
    EXPECT_EQ(answered.tlp->header.requester, pcie::Bdf(0, 0, 0));
    EXPECT_EQ(answered.tlp->header.completer, slave_function_0);
    const std::array<std::uint32_t, 4> expected{address, 0, data, 1};
    for (std::size_t word = 0; word < expected.size(); ++word) {
        EXPECT_EQ(core::load_le<std::uint32_t>(answered.tlp->payload.bytes().data() + 4 * word), expected[word]);
    }
}

TEST_P(TranslatedInterruptsOfEngine, answers_a_read_in_several_completions) {
    program(slave1, 0, data);
    TlpHeader read = memory(TlpKind::memory_read, slave_table, 3);
    read.first_be = 0x8; // bytes 3 to 11
    const EngineOutput sent = pool.down(slave1, read);
    TlpHeader part = completion_of(sent.tlp->header, pcie::Bdf(3, 0x10, 0), true);
    part.length_dw = 2;
    part.byte_count = 9;
    part.lower_address = 3;
    const EngineOutput first = pool.up(part, 0xFFFF'FFFF);
    EXPECT_EQ(first_dword(*first.tlp), address);
    part.length_dw = 1;
    part.byte_count = 4;
    part.lower_address = 8;
    const EngineOutput second = pool.up(part, 0xFFFF'FFFF);
    EXPECT_EQ(first_dword(*second.tlp), data);
    EXPECT_EQ(second.tlp->root, slave1);
}

TEST_P(TranslatedInterruptsOfEngine, keeps_reads_and_writes_beside_the_table_as_they_are) {
    const EngineOutput write = pool.down(slave1, memory(TlpKind::memory_write, slave_table + vectors * 16), 0x99);
    EXPECT_EQ(first_dword(*write.tlp), 0x99U);
    const EngineOutput read = pool.down(slave1, memory(TlpKind::memory_read, slave_table + 0x2000)); // pending bits
    const EngineOutput answered = pool.answer(read, 0x5, pcie::Bdf(3, 0x10, 0));
    EXPECT_EQ(first_dword(*answered.tlp), 0x5U);
}

TEST_P(TranslatedInterruptsOfEngine, passes_a_failed_read_on) {
    const EngineOutput sent = pool.down(slave1, memory(TlpKind::memory_read, slave_table));
    TlpHeader failed = completion_of(sent.tlp->header, pcie::Bdf(3, 0x10, 0), false);
    failed.status = CompletionStatus::completer_abort;
    const EngineOutput answered = pool.up(failed);
    ASSERT_EQ(answered.action, Action::forward);
    EXPECT_EQ(answered.tlp->header.status, CompletionStatus::completer_abort);
    EXPECT_TRUE(answered.tlp->payload.bytes().empty());
}

TEST_P(TranslatedInterruptsOfEngine, shows_a_former_owner_nothing_of_the_next_one) {
    const EngineOutput sent = pool.down(slave2, memory(TlpKind::memory_read, slave_table, 4));
    ASSERT_EQ(pool.manager->unassign(nic, vfs(2, 2), slave2), AssignResult::ok);
    ASSERT_EQ(pool.manager->assign(nic, vfs(2, 2), slave1), AssignResult::ok);
    const EngineOutput answered = pool.answer(sent, 0x77, pcie::Bdf(3, 0x10, 4));
    ASSERT_EQ(answered.action, Action::forward);
    EXPECT_EQ(answered.tlp->root, slave2);
    for (const std::uint8_t byte : answered.tlp->payload.bytes()) {
        EXPECT_EQ(byte, 0) << "neither the table's words nor the device's";
    }
}

TEST_P(TranslatedInterruptsOfEngine, refuses_a_message_of_another_vf) {
    const std::uint32_t number = program(slave1, 0, data);
    EXPECT_EQ(send(2, number).action, Action::drop);
    EXPECT_EQ(refused(slave2), 1U) << "the offender's owner";
    EXPECT_EQ(refused(slave1), 0U);
    EXPECT_EQ(send(0, number).action, Action::forward);
}

TEST_P(TranslatedInterruptsOfEngine, refuses_a_message_of_an_entry_that_was_never_written) {
    const std::uint32_t number = program(slave1, 0, data);
    EXPECT_EQ(send(0, number + 1).action, Action::drop);
    EXPECT_EQ(send(0, 0).action, Action::drop);
    EXPECT_EQ(refused(slave1), 2U);
}

TEST_P(TranslatedInterruptsOfEngine, refuses_what_is_not_one_dword_in_the_window) {
    const std::uint32_t number = program(slave1, 0, data);
    TlpHeader header = memory(TlpKind::memory_write, interrupt_window_base, 2);
    header.requester = pcie::Bdf(3, 0x10, 0);
    EXPECT_EQ(pool.up(header, number).action, Action::drop);
    const EngineOutput read = send(0, 0, TlpKind::memory_read);
    ASSERT_EQ(read.action, Action::answer);
    EXPECT_EQ(read.tlp->header.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(refused(slave1), 2U);
}

TEST_P(TranslatedInterruptsOfEngine, leaves_interrupts_of_the_master_untouched) {
    TlpHeader header = memory(TlpKind::memory_write, interrupt_window_base);
    for (const pcie::Bdf function : {pf, pcie::Bdf(3, 0x10, 6)}) { // VF 3 is not lent
        header.requester = function;
        const EngineOutput output = pool.up(header, 0x1234);
        ASSERT_EQ(output.action, Action::forward);
        EXPECT_EQ(output.tlp->root, master);
        EXPECT_EQ(output.tlp->header, header);
        EXPECT_EQ(first_dword(*output.tlp), 0x1234U);
    }
    const TlpHeader write = memory(TlpKind::memory_write, master_bar3 + 3 * 0x4000 + 8);
    EXPECT_EQ(first_dword(*pool.down(master, write, 0x1234).tlp), 0x1234U) << "table of a VF that is not lent";
}

TEST_P(TranslatedInterruptsOfEngine, forgets_a_vf_at_its_function_level_reset) {
    const std::uint32_t number = program(slave1, 0, data);
    const std::uint32_t other = program(slave2, 0, data);
    const EngineOutput reset =
        pool.down(slave1, configuration(TlpKind::config_write_0, slave_function_0, 0xA8), 0x8000);
    static_cast<void>(pool.answer(reset, 0, pcie::Bdf(3, 0x10, 0)));
    EXPECT_EQ(send(0, number).action, Action::drop);
    EXPECT_EQ(refused(slave1), 1U);
    EXPECT_EQ(send(2, other).action, Action::forward);
}

TEST_P(TranslatedInterruptsOfEngine, forgets_a_vf_that_was_taken_back) {
    const std::uint32_t number = program(slave2, 0, data);
    ASSERT_EQ(pool.manager->unassign(nic, vfs(2, 2), slave2), AssignResult::ok);
    ASSERT_EQ(pool.manager->assign(nic, vfs(2, 2), slave1), AssignResult::ok);
    EXPECT_EQ(send(2, number).action, Action::drop);
    EXPECT_EQ(refused(slave1), 1U);
}

TEST_P(TranslatedInterruptsOfEngine, keeps_what_remains_lent_when_the_slot_shrinks) {
    const std::uint32_t number = program(slave1, 0, data);
    ASSERT_EQ(pool.manager->unassign(nic, vfs(1, 1), slave1), AssignResult::ok);
    EXPECT_EQ(send(0, number).action, Action::forward);
}

TEST_P(TranslatedInterruptsOfEngine, forgets_all_vfs_when_the_master_disables_them) {
    const std::uint32_t number = program(slave1, 0, data);
    pool.master_writes(0x168, 0x8, 0x3);
    pool.master_writes(0x168, 0x9, 0x3);
    EXPECT_EQ(send(0, number).action, Action::drop);
    EXPECT_EQ(refused(slave1), 1U);
}

TEST_P(TranslatedInterruptsOfEngine, holds_the_next_read_of_a_table_back_only_where_it_must) {
    static_cast<void>(pool.down(slave1, memory(TlpKind::memory_read, slave_table)));
    const auto ready = [this](std::uint32_t at) {
        return pool.engine->ready_after(*tlp_of(pool.factory, memory(TlpKind::memory_read, at), slave2), 1us);
    };
    EXPECT_EQ(ready(slave_table) > 1us, GetParam() == "completer_id") << "one at a time, as for configuration requests";
    EXPECT_EQ(ready(slave_base), 1us);
}

TEST(EngineTables, depend_on_the_number_of_vfs_only) {
    const auto sizes_of = [](unsigned vfs, unsigned roots, std::string_view interrupts) {
        pcie::TlpFactory factory;
        SharingEngineConfig config;
        config.profile.total_vfs = vfs;
        config.roots = roots;
        config.route.roots = roots;
        config.interrupts = interrupts;
        return SharingEngine(config, factory).table_sizes();
    };
    const EngineTableSizes direct = sizes_of(1024, 2, "direct");
    EXPECT_EQ(direct.ids, 2U * 8192U) << "8 KB a table (the paper)";
    EXPECT_EQ(direct.addresses, 2U * 6U * 8192U);
    EXPECT_EQ(direct.interrupts, 0U);
    const EngineTableSizes translated = sizes_of(64, 8, "translate");
    EXPECT_EQ(translated.ids, 2U * 512U);
    EXPECT_EQ(translated.interrupts, 64U * 3U * 16U);
}

} // namespace
} // namespace rootpool::pooling
