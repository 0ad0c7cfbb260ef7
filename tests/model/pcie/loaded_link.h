#pragma once

#include <array>
#include <memory>
#include <vector>

#include "models/pcie/link.h"
#include "rootpool/pcie/fault_sources.h"
#include "tests/model/pcie/loaded_end.h"

namespace rootpool::models::test {

/// A link, random traffic in both directions at full load, and the accounts.
class LoadedLink : private pcie::LinkObserver {
public:
    struct Setting {
        const char* name = "";
        double bit_error_rate = 0;
        bool goes_down = false; ///< again and again, as long as there is traffic
        LinkConfig link;
    };
    /// `tlps`: in both directions together.
    LoadedLink(const Setting& setting, Scheduler& scheduler, pcie::TlpFactory& factory, std::uint64_t tlps);

    [[nodiscard]] bool done() const { return ends_[0]->done() && ends_[1]->done(); }
    [[nodiscard]] TlpLedger& ledger(unsigned direction) { return ledgers_[direction]; }
    [[nodiscard]] CreditAccount& account(unsigned direction) { return accounts_[direction]; }
    [[nodiscard]] const LinkEndCounters& counters(unsigned direction) {
        return (direction == 0 ? link_.down() : link_.up()).counters();
    }
    /// How often the link was to go down, and how often it was seen to have come up again.
    [[nodiscard]] std::size_t planned_downs() const noexcept { return downs_.all().size(); }
    [[nodiscard]] std::size_t passed_downs() const noexcept { return downs_.passed(); }
    [[nodiscard]] std::uint64_t handed_over(unsigned direction) const { return ends_[direction]->handed_over(); }

private:
    void follow();
    void on_packet(const pcie::PacketSighting& packet) override;

    std::array<TlpLedger, 2> ledgers_;
    std::array<CreditAccount, 2> accounts_;
    std::array<pcie::BitErrors, 2> errors_;
    DownTimes downs_;        ///< as far as the ends know it, to the microsecond
    DownTimes packet_downs_; ///< as the packets on the wire see it
    Link link_;
    std::array<std::unique_ptr<LoadedEnd>, 2> ends_;
    Timer watch_;
};

} // namespace rootpool::models::test
