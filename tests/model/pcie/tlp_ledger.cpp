#include "tests/model/pcie/tlp_ledger.h"

#include <algorithm>

#include "tests/model/pcie/random_traffic.h"

namespace rootpool::models::test {

void TlpLedger::delivered(const pcie::Tlp& tlp) {
    const auto entry = find(tlp.transaction);
    if (entry == open_.end()) {
        ++unexpected; // a second time, or after it was returned or lost
        return;
    }
    const bool in_order =
        std::all_of(open_.begin(), entry, [&](const Entry& earlier) { return entry->facts.may_pass(earlier.facts); });
    reordered += in_order ? 0 : 1;
    changed += tlp.header == entry->header && RandomTraffic::is_intact(tlp) ? 0 : 1;
    ++deliveries;
    open_.erase(entry);
}

void TlpLedger::returned(std::uint64_t number) {
    const auto entry = find(number);
    unexpected += entry == open_.end() || entry->started ? 1 : 0;
    if (entry != open_.end()) {
        ++returns;
        open_.erase(entry);
    }
}

void TlpLedger::link_was_down() {
    lost += std::erase_if(open_, [](const Entry& entry) { return entry.started; });
}

std::deque<TlpLedger::Entry>::iterator TlpLedger::find(std::uint64_t number) {
    return std::ranges::find(open_, number, &Entry::number);
}

} // namespace rootpool::models::test
