#include "rootpool/pooling/firewall.h"

#include <algorithm>
#include <array>

namespace rootpool::pooling {
namespace {

using pcie::TlpKind;
using Facts = FirewallFacts;

bool always(const Facts& /*facts*/) { return true; }
bool message(const Facts& facts) { return pcie::is_message(facts.header.kind); }
bool configuration(const Facts& facts) { return pcie::is_configuration(facts.header.kind); }
bool completion(const Facts& facts) { return pcie::is_completion(facts.header.kind); }
bool request(const Facts& facts) { return !completion(facts); }
bool memory(const Facts& facts) {
    return facts.header.kind == TlpKind::memory_read || facts.header.kind == TlpKind::memory_write;
}
/// I/O, locked transactions and atomics: nothing that is pooled has them.
bool odd_kind(const Facts& facts) {
    const TlpKind kind = facts.header.kind;
    return kind == TlpKind::io_read || kind == TlpKind::io_write || kind == TlpKind::memory_read_locked ||
           kind == TlpKind::completion_locked || kind == TlpKind::completion_locked_with_data || pcie::is_atomic(kind);
}
bool type_1(const Facts& facts) {
    return facts.header.kind == TlpKind::config_read_1 || facts.header.kind == TlpKind::config_write_1;
}
bool error_message(const Facts& facts) {
    const std::uint8_t code = facts.header.message_code; // ERR_COR, ERR_NONFATAL, ERR_FATAL (PCIe base 2.2.8.3)
    return message(facts) && (code == 0x30 || code == 0x31 || code == 0x33);
}
bool memory_across_4k(const Facts& facts) { return memory(facts) && crosses_4k(facts.header); }
bool oversized_write(const Facts& facts) {
    return facts.header.kind == TlpKind::memory_write && pcie::payload_bytes(facts.header) > facts.max_payload;
}
bool translated(const Facts& facts) { return memory(facts) && facts.header.address_type != 0; }

constexpr auto slave = Sender::slave;
constexpr auto master = Sender::master;
constexpr auto device = Sender::device;
using enum Verdict;
using Cause = RefusalCause;

constexpr std::array<FirewallRow, 32> rows = {{
    {"slave message", slave, message, consume, Cause::none},
    {"slave odd kind", slave, odd_kind, refuse, Cause::unsupported_kind},
    {"slave poisoned request", slave, [](const Facts& f) { return request(f) && f.header.poisoned; }, refuse,
     Cause::poisoned},
    {"slave request with traffic class", slave,
     [](const Facts& f) { return request(f) && f.header.traffic_class != 0; }, refuse, Cause::traffic_class},
    {"slave configuration type 1", slave, type_1, probe, Cause::function_not_lent},
    {"slave configuration of other function", slave,
     [](const Facts& f) { return configuration(f) && !f.function_known; }, probe, Cause::function_not_lent},
    {"slave configuration of lent VF", slave, configuration, pass, Cause::none},
    {"slave memory with address type", slave, translated, refuse, Cause::address_type},
    {"slave memory across 4 KB", slave, memory_across_4k, refuse, Cause::crosses_4k},
    {"slave write larger than MPS", slave, oversized_write, refuse, Cause::larger_than_mps},
    {"slave memory outside lent BAR", slave, [](const Facts& f) { return memory(f) && !f.inside_lent_bar; }, refuse,
     Cause::outside_lent_bar},
    {"slave memory inside lent BAR", slave, memory, pass, Cause::none},
    {"slave completion for other function", slave, [](const Facts& f) { return completion(f) && !f.function_known; },
     drop, Cause::unexpected_completion},
    {"slave completion for lent VF", slave, always, pass, Cause::none},

    {"master message", master, message, consume, Cause::none},
    {"master odd kind", master, odd_kind, refuse, Cause::unsupported_kind},
    {"master configuration write of lent VF", master,
     [](const Facts& f) { return configuration(f) && pcie::has_data(f.header.kind) && f.lent; }, refuse,
     Cause::lent_to_another},
    {"master memory across 4 KB", master, memory_across_4k, refuse, Cause::crosses_4k},
    {"master memory in BAR of lent VF", master, [](const Facts& f) { return memory(f) && f.lent; }, refuse,
     Cause::lent_to_another},
    {"master completion for lent VF", master, [](const Facts& f) { return completion(f) && f.lent; }, drop,
     Cause::unexpected_completion},
    {"master anything else", master, always, pass, Cause::none},

    {"device completion of no request", device, [](const Facts& f) { return completion(f) && !f.function_known; }, drop,
     Cause::unexpected_completion},
    {"device completion", device, completion, pass, Cause::none},
    {"device unknown requester", device, [](const Facts& f) { return !f.function_known; }, drop,
     Cause::unknown_requester},
    {"device odd kind", device, odd_kind, refuse, Cause::unsupported_kind},
    {"device configuration", device, configuration, refuse, Cause::unsupported_kind},
    {"device error message", device, error_message, pass, Cause::none},
    {"device other message of lent VF", device, [](const Facts& f) { return message(f) && f.lent; }, drop,
     Cause::message_from_function},
    {"device memory across 4 KB", device, memory_across_4k, drop, Cause::crosses_4k},
    {"device memory with address type of lent VF", device, [](const Facts& f) { return translated(f) && f.lent; },
     refuse, Cause::address_type},
    {"device request in the interrupt window", device, [](const Facts& f) { return f.foreign_interrupt; }, refuse,
     Cause::unknown_interrupt},
    {"device anything else", device, always, pass, Cause::none},
}};

/// Where the rows of each sender start.
constexpr std::array<std::size_t, 3> first_row = [] {
    std::array<std::size_t, 3> first{};
    for (std::size_t row = rows.size(); row-- > 0;) {
        first[static_cast<std::size_t>(rows[row].sender)] = row;
    }
    return first;
}();

} // namespace

std::span<const FirewallRow> firewall_rows() noexcept { return rows; }

const FirewallRow& decide(Sender sender, const FirewallFacts& facts) noexcept {
    std::size_t row = first_row[static_cast<std::size_t>(sender)];
    while (!rows[row].applies(facts)) {
        ++row;
    }
    return rows[row];
}

} // namespace rootpool::pooling
