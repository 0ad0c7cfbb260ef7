#include "rootpool/pooling/sharing_engine.h"

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

constexpr pcie::Bdf slave_function_0(3, 0, 0); ///< also the PF's number at the master
constexpr std::uint32_t slave_base = 0xE000'0000;

class SharingEngineTest : public testing::TestWithParam<std::string_view> {
protected:
    SharingEngineTest() {
        pool.master_enables_vfs(8);
        pool.engine->set_slave_bus(slave1, Pool::slave_bus);
        pool.engine->set_slave_bus(slave2, Pool::slave_bus);
        EXPECT_EQ(pool.manager->assign(nic, vfs(0, 1), slave1), AssignResult::ok);
        EXPECT_EQ(pool.manager->assign(nic, vfs(2, 2), slave2), AssignResult::ok);
        pool.slave_maps(slave1, 0, slave_base);
        pool.slave_maps(slave2, 0, slave_base);
    }
    [[nodiscard]] std::uint64_t refused(pcie::RootId root, RefusalCause cause) const {
        return pool.engine->counters(root).refused[cause];
    }
    Pool pool{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(return_route, SharingEngineTest, testing::Values("scoreboard", "completer_id"));

TEST_P(SharingEngineTest, sends_equal_addresses_of_two_slaves_to_their_own_vfs) {
    const TlpHeader write = memory(TlpKind::memory_write, slave_base + 0x18);
    EXPECT_EQ(pool.down(slave1, write, 0x11).tlp->header.address, master_bar0 + 0x18);
    const EngineOutput second = pool.down(slave2, write, 0x22);
    EXPECT_EQ(second.tlp->header.address, master_bar0 + 2 * 0x4000 + 0x18);
    EXPECT_EQ(first_dword(*second.tlp), 0x22U);
    EXPECT_EQ(pool.down(slave2, memory(TlpKind::memory_write, slave_base + 0x4000)).tlp->header.address,
              master_bar3 + 2 * 0x4000);
}

TEST_P(SharingEngineTest, gives_each_slave_the_completion_of_its_own_read) {
    const TlpHeader read = memory(TlpKind::memory_read, slave_base + 8, 1, pcie::Tag(7));
    const EngineOutput first = pool.down(slave1, read);
    const EngineOutput second = pool.down(slave2, read);
    const EngineOutput to_second = pool.answer(second, 0xBBBB, pool.engine->snoop().routing_id(pcie::VfIndex(2)));
    const EngineOutput to_first = pool.answer(first, 0xAAAA, pool.engine->snoop().routing_id(pcie::VfIndex(0)));
    ASSERT_EQ(to_first.action, Action::forward);
    EXPECT_EQ(to_first.tlp->root, slave1);
    EXPECT_EQ(first_dword(*to_first.tlp), 0xAAAAU);
    EXPECT_EQ(to_second.tlp->root, slave2);
    EXPECT_EQ(first_dword(*to_second.tlp), 0xBBBBU);
    for (const EngineOutput* output : {&to_first, &to_second}) {
        EXPECT_EQ(output->tlp->header.tag, pcie::Tag(7));
        EXPECT_EQ(output->tlp->header.requester, read.requester);
        EXPECT_EQ(output->tlp->header.completer, slave_function_0);
    }
}

TEST_P(SharingEngineTest, survives_the_wrong_completer_id_of_erratum_36) {
    const EngineOutput sent =
        pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 0x70, pcie::Tag(9)));
    ASSERT_EQ(sent.action, Action::forward);
    EXPECT_EQ(sent.tlp->header.target, pcie::Bdf(3, 0x10, 0));
    const EngineOutput answered = pool.answer(sent, 0x8002'A011, pool.engine->snoop().routing_id(pcie::VfIndex(2)));
    ASSERT_EQ(answered.action, Action::forward);
    EXPECT_EQ(answered.tlp->root, slave1);
    EXPECT_EQ(answered.tlp->header.completer, slave_function_0);
    EXPECT_EQ(answered.tlp->header.tag, pcie::Tag(9));
    EXPECT_EQ(first_dword(*answered.tlp), 0x8002'A011U);
}

TEST_P(SharingEngineTest, answers_the_vendor_id_alone_and_merges_the_command_register) {
    const EngineOutput ids = pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 0));
    EXPECT_EQ(ids.action, Action::answer);
    EXPECT_EQ(first_dword(*ids.tlp), 0x10ED'8086U);
    const EngineOutput sent = pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 4));
    EXPECT_EQ(first_dword(*pool.answer(sent, 0x0010'0004, pcie::Bdf(3, 0x10, 0)).tlp), 0x0010'0006U);
}

TEST_P(SharingEngineTest, writes_the_vf_without_the_bits_of_the_shadow) {
    const EngineOutput sent = pool.down(slave1, configuration(TlpKind::config_write_0, slave_function_0, 4), 0x0406);
    ASSERT_EQ(sent.action, Action::forward);
    EXPECT_EQ(first_dword(*sent.tlp), 0x0004U);
    EXPECT_EQ(pool.answer(sent, 0, pcie::Bdf(3, 0x10, 0)).tlp->header.status, CompletionStatus::successful);
}

TEST_P(SharingEngineTest, answers_a_probe_of_an_absent_function_silently) {
    const EngineOutput output = pool.down(slave2, configuration(TlpKind::config_read_0, pcie::Bdf(3, 0, 1), 0));
    ASSERT_EQ(output.action, Action::answer);
    EXPECT_EQ(output.tlp->header.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(pool.engine->counters(slave2).refused.total(), 0U);
}

TEST_P(SharingEngineTest, refuses_a_slaves_access_outside_its_bars) {
    const EngineOutput read = pool.down(slave1, memory(TlpKind::memory_read, master_bar0));
    ASSERT_EQ(read.action, Action::answer);
    EXPECT_EQ(read.tlp->header.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(pool.down(slave1, memory(TlpKind::memory_write, master_bar0)).action, Action::drop);
    EXPECT_EQ(refused(slave1, RefusalCause::outside_lent_bar), 2U);
    EXPECT_EQ(refused(slave2, RefusalCause::outside_lent_bar), 0U);
}

TEST_P(SharingEngineTest, refuses_the_masters_write_to_a_lent_vf_but_lets_it_read) {
    const pcie::Bdf vf0(3, 0x10, 0);
    const EngineOutput write = pool.down(master, configuration(TlpKind::config_write_0, vf0, 4), 4);
    ASSERT_EQ(write.action, Action::answer);
    EXPECT_EQ(write.tlp->header.status, CompletionStatus::unsupported_request);
    EXPECT_EQ(pool.down(master, configuration(TlpKind::config_read_0, vf0, 0)).action, Action::forward);
    EXPECT_EQ(pool.down(master, memory(TlpKind::memory_read, master_bar0)).action, Action::answer);
    EXPECT_EQ(pool.down(master, memory(TlpKind::memory_read, master_bar0 + 5 * 0x4000)).action, Action::forward);
    EXPECT_EQ(refused(master, RefusalCause::lent_to_another), 2U);
}

TEST_P(SharingEngineTest, leaves_the_masters_memory_tlps_untouched_in_both_directions) {
    const TlpHeader read = memory(TlpKind::memory_read, 0xC000'0000, 1, pcie::Tag(3));
    const EngineOutput sent = pool.down(master, read);
    EXPECT_EQ(sent.tlp->header, read);
    const EngineOutput back = pool.answer(sent, 5, pf);
    ASSERT_EQ(back.action, Action::forward);
    EXPECT_EQ(back.tlp->root, master);
    EXPECT_EQ(back.tlp->header.tag, pcie::Tag(3));
    const TlpHeader dma = memory(TlpKind::memory_write, 0x1000);
    TlpHeader from_pf = dma;
    from_pf.requester = pf;
    EXPECT_EQ(pool.up(from_pf).tlp->header, from_pf);
}

TEST_P(SharingEngineTest, sends_a_vfs_dma_to_its_owner_under_the_owners_number) {
    TlpHeader dma = memory(TlpKind::memory_write, 0x7654'3000, 4);
    dma.requester = pcie::Bdf(3, 0x10, 4); // VF 2
    const EngineOutput output = pool.up(dma, 0xCAFE);
    ASSERT_EQ(output.action, Action::forward);
    EXPECT_EQ(output.tlp->root, slave2);
    EXPECT_EQ(output.tlp->header.requester, slave_function_0);
    EXPECT_EQ(output.tlp->header.address, dma.address);
    dma.requester = pcie::Bdf(3, 0x10, 6); // VF 3 is not lent
    EXPECT_EQ(pool.up(dma).tlp->root, master);
    EXPECT_EQ(pool.up(dma).tlp->header.requester, dma.requester);
}

TEST_P(SharingEngineTest, sends_completions_of_a_slave_to_the_vf_that_asked) {
    TlpHeader request = memory(TlpKind::memory_read, 0x1000, 1, pcie::Tag(4));
    request.requester = slave_function_0;
    const EngineOutput output = pool.down(slave2, completion_of(request, {}, true), 0x77);
    ASSERT_EQ(output.action, Action::forward);
    EXPECT_EQ(output.tlp->header.requester, pcie::Bdf(3, 0x10, 4));
    EXPECT_EQ(output.tlp->header.tag, pcie::Tag(4));
    request.requester = pcie::Bdf(3, 0, 1);
    EXPECT_EQ(pool.down(slave2, completion_of(request, {}, true)).action, Action::drop);
    EXPECT_EQ(refused(slave2, RefusalCause::unexpected_completion), 1U);
}

TEST_P(SharingEngineTest, drops_what_comes_from_an_unknown_function_and_counts_it_at_the_master) {
    TlpHeader dma = memory(TlpKind::memory_write, 0x1000);
    dma.requester = pcie::Bdf(3, 0x10, 1);
    EXPECT_EQ(pool.up(dma).action, Action::drop);
    EXPECT_EQ(refused(master, RefusalCause::unknown_requester), 1U);
}

TEST_P(SharingEngineTest, drops_a_completion_that_nobody_waits_for) {
    const EngineOutput sent = pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 0x70));
    EXPECT_EQ(pool.answer(sent, 1, pcie::Bdf(3, 0x10, 0)).action, Action::forward);
    TlpHeader again = completion_of(sent.tlp->header, pcie::Bdf(9, 0, 0), true);
    EXPECT_EQ(pool.up(again).action, Action::drop);
    EXPECT_EQ(refused(master, RefusalCause::unexpected_completion), 1U);
}

TEST_P(SharingEngineTest, routes_error_messages_to_the_owner_of_the_vf) {
    const EngineOutput output = pool.up(message(0x30, pcie::Bdf(3, 0x10, 4)));
    ASSERT_EQ(output.action, Action::forward);
    EXPECT_EQ(output.tlp->root, slave2);
    EXPECT_EQ(output.tlp->header.requester, slave_function_0);
    EXPECT_EQ(pool.up(message(0x31, pf)).tlp->root, master);
}

TEST_P(SharingEngineTest, closes_the_slaves_windows_when_the_master_clears_vf_memory_enable) {
    pool.master_writes(0x168, 0x1, 0x3);
    EXPECT_EQ(pool.down(slave1, memory(TlpKind::memory_write, slave_base)).action, Action::drop);
    pool.master_writes(0x168, 0x9, 0x3);
    EXPECT_EQ(pool.down(slave1, memory(TlpKind::memory_write, slave_base)).action, Action::forward);
    pool.master_writes(0x168, 0x8, 0x3);
    const EngineOutput gone = pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 0));
    EXPECT_EQ(gone.tlp->header.status, CompletionStatus::unsupported_request);
}

TEST_P(SharingEngineTest, closes_a_vf_that_was_taken_back) {
    ASSERT_EQ(pool.manager->unassign(nic, vfs(2, 2), slave2), AssignResult::ok);
    EXPECT_EQ(pool.down(slave2, memory(TlpKind::memory_write, slave_base)).action, Action::drop);
    TlpHeader dma = memory(TlpKind::memory_write, 0x1000);
    dma.requester = pcie::Bdf(3, 0x10, 4);
    EXPECT_EQ(pool.up(dma).tlp->root, master);
    ASSERT_EQ(pool.manager->assign(nic, vfs(2, 2), slave1), AssignResult::ok);
    EXPECT_EQ(pool.up(dma).tlp->root, slave1);
    EXPECT_EQ(pool.down(slave1, memory(TlpKind::memory_write, slave_base)).tlp->header.address, master_bar0)
        << "VF 0 keeps its mapping, VF 2 starts without one";
}

TEST_P(SharingEngineTest, sends_type_1_to_vfs_beyond_the_captured_bus) {
    pool.master_reads(0x174, 0x0002'0180);
    const EngineOutput sent = pool.down(slave1, configuration(TlpKind::config_read_0, slave_function_0, 0x70));
    EXPECT_EQ(sent.tlp->header.kind, TlpKind::config_read_1);
    EXPECT_EQ(sent.tlp->header.target, pcie::Bdf(4, 0x10, 0));
}

TEST_P(SharingEngineTest, uses_the_header_size_that_the_masters_address_needs) {
    pool.master_writes(0x188, 0x20);
    const EngineOutput sent = pool.down(slave1, memory(TlpKind::memory_write, slave_base));
    EXPECT_EQ(sent.tlp->header.address, 0x20'D000'0000U);
    EXPECT_TRUE(sent.tlp->header.four_dw);
}

TEST_P(SharingEngineTest, keeps_transaction_number_and_injection_time) {
    const pcie::TlpPtr tlp = tlp_of(pool.factory, memory(TlpKind::memory_write, slave_base), slave1);
    tlp->transaction = 42;
    tlp->injected_at = 7ns;
    const EngineOutput output = pool.engine->from_root(*tlp, 9ns);
    EXPECT_EQ(output.tlp->transaction, 42U);
    EXPECT_EQ(output.tlp->injected_at, 7ns);
}

} // namespace
} // namespace rootpool::pooling
