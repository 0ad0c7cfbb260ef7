#include "rootpool/pooling/firewall.h"

#include <algorithm>
#include <array>
#include <bit>

namespace rootpool::pooling {
namespace {

using pcie::TlpKind;
using pcie::TlpKinds;
using Facts = FirewallFacts;

constexpr TlpKinds anything = TlpKinds::that([](TlpKind /*kind*/) { return true; });
constexpr TlpKinds message = TlpKinds::that(pcie::is_message);
constexpr TlpKinds configuration = TlpKinds::that(pcie::is_configuration);
constexpr TlpKinds configuration_write{TlpKind::config_write_0, TlpKind::config_write_1};
constexpr TlpKinds type_1{TlpKind::config_read_1, TlpKind::config_write_1};
constexpr TlpKinds completion = TlpKinds::that(pcie::is_completion);
constexpr TlpKinds request = TlpKinds::that([](TlpKind kind) { return !pcie::is_completion(kind); });
constexpr TlpKinds memory{TlpKind::memory_read, TlpKind::memory_write};
constexpr TlpKinds memory_write{TlpKind::memory_write};
/// I/O, locked transactions and atomics: nothing that is pooled has them.
constexpr TlpKinds odd_kind = TlpKinds::that([](TlpKind kind) {
    return kind == TlpKind::io_read || kind == TlpKind::io_write || kind == TlpKind::memory_read_locked ||
           kind == TlpKind::completion_locked || kind == TlpKind::completion_locked_with_data || pcie::is_atomic(kind);
});

constexpr FirewallRow::Condition always = nullptr;
bool poisoned(const Facts& facts) { return facts.header.poisoned; }
bool has_traffic_class(const Facts& facts) { return facts.header.traffic_class != 0; }
bool translated(const Facts& facts) { return facts.header.address_type != 0; }
bool translated_and_lent(const Facts& facts) { return translated(facts) && facts.lent; }
bool across_4k(const Facts& facts) { return crosses_4k(facts.header); }
bool oversized(const Facts& facts) { return pcie::payload_bytes(facts.header) > facts.max_payload; }
bool outside_lent_bar(const Facts& facts) { return !facts.inside_lent_bar; }
bool unknown_function(const Facts& facts) { return !facts.function_known; }
bool lent(const Facts& facts) { return facts.lent; }
bool foreign_interrupt(const Facts& facts) { return facts.foreign_interrupt; }
bool reports_error(const Facts& facts) {
    const std::uint8_t code = facts.header.message_code; // ERR_COR, ERR_NONFATAL, ERR_FATAL (PCIe base 2.2.8.3)
    return code == 0x30 || code == 0x31 || code == 0x33;
}

constexpr auto slave = Sender::slave;
constexpr auto master = Sender::master;
constexpr auto device = Sender::device;
using enum Verdict;
using Cause = RefusalCause;

constexpr std::array<FirewallRow, 32> rows = {{
    {"slave message", slave, message, always, consume, Cause::none},
    {"slave odd kind", slave, odd_kind, always, refuse, Cause::unsupported_kind},
    {"slave poisoned request", slave, request, poisoned, refuse, Cause::poisoned},
    {"slave request with traffic class", slave, request, has_traffic_class, refuse, Cause::traffic_class},
    {"slave configuration type 1", slave, type_1, always, probe, Cause::function_not_lent},
    {"slave configuration of other function", slave, configuration, unknown_function, probe, Cause::function_not_lent},
    {"slave configuration of lent VF", slave, configuration, always, pass, Cause::none},
    {"slave memory with address type", slave, memory, translated, refuse, Cause::address_type},
    {"slave memory across 4 KB", slave, memory, across_4k, refuse, Cause::crosses_4k},
    {"slave write larger than MPS", slave, memory_write, oversized, refuse, Cause::larger_than_mps},
    {"slave memory outside lent BAR", slave, memory, outside_lent_bar, refuse, Cause::outside_lent_bar},
    {"slave memory inside lent BAR", slave, memory, always, pass, Cause::none},
    {"slave completion for other function", slave, completion, unknown_function, drop, Cause::unexpected_completion},
    {"slave completion for lent VF", slave, anything, always, pass, Cause::none},

    {"master message", master, message, always, consume, Cause::none},
    {"master odd kind", master, odd_kind, always, refuse, Cause::unsupported_kind},
    {"master configuration write of lent VF", master, configuration_write, lent, refuse, Cause::lent_to_another},
    {"master memory across 4 KB", master, memory, across_4k, refuse, Cause::crosses_4k},
    {"master memory in BAR of lent VF", master, memory, lent, refuse, Cause::lent_to_another},
    {"master completion for lent VF", master, completion, lent, drop, Cause::unexpected_completion},
    {"master anything else", master, anything, always, pass, Cause::none},

    {"device completion of no request", device, completion, unknown_function, drop, Cause::unexpected_completion},
    {"device completion", device, completion, always, pass, Cause::none},
    {"device unknown requester", device, request, unknown_function, drop, Cause::unknown_requester},
    {"device odd kind", device, odd_kind, always, refuse, Cause::unsupported_kind},
    {"device configuration", device, configuration, always, refuse, Cause::unsupported_kind},
    {"device error message", device, message, reports_error, pass, Cause::none},
    {"device other message of lent VF", device, message, lent, drop, Cause::message_from_function},
    {"device memory across 4 KB", device, memory, across_4k, drop, Cause::crosses_4k},
    {"device memory with address type of lent VF", device, memory, translated_and_lent, refuse, Cause::address_type},
    {"device request in the interrupt window", device, anything, foreign_interrupt, refuse, Cause::unknown_interrupt},
    {"device anything else", device, anything, always, pass, Cause::none},
}};

/// Rows by number, as bits.
using RowSet = std::uint32_t;
static_assert(rows.size() <= 32);

/// The rows that speak of a kind of TLP, by sender and kind.
constexpr std::array<std::array<RowSet, pcie::tlp_kind_count>, sender_count> rows_of = [] {
    std::array<std::array<RowSet, pcie::tlp_kind_count>, sender_count> made{};
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t kind = 0; kind < pcie::tlp_kind_count; ++kind) {
            if (rows[row].kinds.contains(static_cast<TlpKind>(kind))) {
                made[static_cast<std::size_t>(rows[row].sender)][kind] |= RowSet{1} << row;
            }
        }
    }
    return made;
}();
/// decide() always finds one.
static_assert(std::ranges::all_of(rows_of, [](const auto& of_sender) {
    return std::ranges::all_of(of_sender, [](RowSet set) {
        return set != 0 && rows[static_cast<std::size_t>(std::bit_width(set)) - 1].condition == nullptr;
    });
}));

} // namespace

std::span<const FirewallRow> firewall_rows() noexcept { return rows; }

const FirewallRow& decide(Sender sender, const FirewallFacts& facts) noexcept {
    RowSet left = rows_of[static_cast<std::size_t>(sender)][static_cast<std::size_t>(facts.header.kind)];
    while (true) {
        const FirewallRow& row = rows[static_cast<std::size_t>(std::countr_zero(left))];
        if (row.condition == nullptr || row.condition(facts)) {
            return row;
        }
        left &= left - 1;
    }
}

} // namespace rootpool::pooling
