#include "rootpool/pooling/firewall.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "requests.h"

namespace rootpool::pooling {
namespace {

using pcie::TlpHeader;
using pcie::TlpKind;

constexpr pcie::Bdf function(3, 0, 0);

TlpHeader changed(TlpHeader header, void (*change)(TlpHeader&)) {
    change(header);
    return header;
}
const TlpHeader config_read = test::configuration(TlpKind::config_read_0, function, 0x70);
const TlpHeader config_write = test::configuration(TlpKind::config_write_0, function, 0x70);
const TlpHeader read = test::memory(TlpKind::memory_read, 0x1000);
const TlpHeader write = test::memory(TlpKind::memory_write, 0x1000, 32);
const TlpHeader completion = test::completion_of(read, function, true);

/// One TLP that exactly one row is about.
struct Case {
    const char* row;
    TlpHeader header;
    Sender sender;
    bool function_known;
    bool inside_lent_bar;
    bool lent;
    Verdict verdict;
    RefusalCause cause;
    bool foreign_interrupt = false;
};

constexpr auto slave = Sender::slave;
constexpr auto master = Sender::master;
constexpr auto device = Sender::device;
using enum Verdict;
using Cause = RefusalCause;

const Case cases[] = {
    {"slave message", test::message(0x19, {}), slave, false, false, false, consume, Cause::none},
    {"slave odd kind", test::memory(TlpKind::memory_read_locked, 0x1000), slave, true, true, false, refuse,
     Cause::unsupported_kind},
    {"slave poisoned request", changed(write, [](TlpHeader& h) { h.poisoned = true; }), slave, true, true, false,
     refuse, Cause::poisoned},
    {"slave request with traffic class", changed(read, [](TlpHeader& h) { h.traffic_class = 1; }), slave, true, true,
     false, refuse, Cause::traffic_class},
    {"slave configuration type 1", test::configuration(TlpKind::config_read_1, function, 0), slave, true, false, false,
     probe, Cause::function_not_lent},
    {"slave configuration of other function", config_read, slave, false, false, false, probe, Cause::function_not_lent},
    {"slave configuration of lent VF", config_write, slave, true, false, false, pass, Cause::none},
    {"slave memory with address type", changed(read, [](TlpHeader& h) { h.address_type = 2; }), slave, false, true,
     false, refuse, Cause::address_type},
    {"slave memory across 4 KB", test::memory(TlpKind::memory_read, 0x1FFC, 2), slave, false, true, false, refuse,
     Cause::crosses_4k},
    {"slave write larger than MPS", test::memory(TlpKind::memory_write, 0x1000, 65), slave, false, true, false, refuse,
     Cause::larger_than_mps},
    {"slave memory outside lent BAR", read, slave, false, false, false, refuse, Cause::outside_lent_bar},
    {"slave memory inside lent BAR", test::memory(TlpKind::memory_write, 0x1000, 64), slave, false, true, false, pass,
     Cause::none},
    {"slave completion for other function", completion, slave, false, false, false, drop, Cause::unexpected_completion},
    {"slave completion for lent VF", completion, slave, true, false, false, pass, Cause::none},

    {"master message", test::message(0x50, {}), master, false, false, false, consume, Cause::none},
    {"master odd kind", test::memory(TlpKind::io_read, 0x100), master, false, false, false, refuse,
     Cause::unsupported_kind},
    {"master configuration write of lent VF", config_write, master, false, false, true, refuse, Cause::lent_to_another},
    {"master memory across 4 KB", test::memory(TlpKind::memory_write, 0x1FFC, 2), master, false, false, false, refuse,
     Cause::crosses_4k},
    {"master memory in BAR of lent VF", write, master, false, false, true, refuse, Cause::lent_to_another},
    {"master completion for lent VF", completion, master, false, false, true, drop, Cause::unexpected_completion},
    {"master anything else", config_read, master, false, false, true, pass, Cause::none},

    {"device completion of no request", completion, device, false, false, false, drop, Cause::unexpected_completion},
    {"device completion", completion, device, true, false, false, pass, Cause::none},
    {"device unknown requester", read, device, false, false, false, drop, Cause::unknown_requester},
    {"device odd kind", test::memory(TlpKind::swap, 0x1000), device, true, false, true, refuse,
     Cause::unsupported_kind},
    {"device configuration", config_write, device, true, false, true, refuse, Cause::unsupported_kind},
    {"device error message", test::message(0x31, function), device, true, false, true, pass, Cause::none},
    {"device other message of lent VF", test::message(0x18, function), device, true, false, true, drop,
     Cause::message_from_function},
    {"device memory across 4 KB", test::memory(TlpKind::memory_write, 0x1FFC, 2), device, true, false, true, drop,
     Cause::crosses_4k},
    {"device memory with address type of lent VF", changed(read, [](TlpHeader& h) { h.address_type = 2; }), device,
     true, false, true, refuse, Cause::address_type},
    {"device request in the interrupt window", test::memory(TlpKind::memory_write, 0xFEEF'F000), device, true, false,
     true, refuse, Cause::unknown_interrupt, true},
    {"device anything else", read, device, true, false, true, pass, Cause::none},
};

class FirewallRowTest : public testing::TestWithParam<Case> {};

TEST_P(FirewallRowTest, decides) {
    const Case& c = GetParam();
    const FirewallFacts facts{c.header, 256, c.function_known, c.inside_lent_bar, c.lent, c.foreign_interrupt};
    const FirewallRow& row = decide(c.sender, facts);
    EXPECT_EQ(row.name, c.row);
    EXPECT_EQ(row.verdict, c.verdict);
    EXPECT_EQ(row.cause, c.cause);
}

INSTANTIATE_TEST_SUITE_P(every_row, FirewallRowTest, testing::ValuesIn(cases), [](const auto& parameter) {
    std::string name = parameter.param.row;
    std::ranges::replace(name, ' ', '_');
    return name;
});

TEST(Firewall, has_a_test_for_every_row) {
    std::map<std::string_view, int> tested;
    for (const Case& c : cases) {
        ++tested[c.row];
    }
    for (const FirewallRow& row : firewall_rows()) {
        EXPECT_EQ(tested[row.name], 1) << row.name;
    }
    EXPECT_EQ(tested.size(), firewall_rows().size());
}

TEST(Firewall, lets_the_slaves_odd_completions_not_pass) {
    TlpHeader locked = completion;
    locked.kind = TlpKind::completion_locked_with_data;
    EXPECT_EQ(decide(slave, {locked, 256, true, false, false}).verdict, refuse);
}

} // namespace
} // namespace rootpool::pooling
