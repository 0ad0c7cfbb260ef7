#pragma once

#include "models/pcie/port.h"
#include "tests/model/pcie/credit_account.h"
#include "tests/model/pcie/down_times.h"
#include "tests/model/pcie/random_traffic.h"
#include "tests/model/pcie/tlp_ledger.h"

namespace rootpool::models::test {

/// Above one end of a link: sends random TLPs as fast as it can, and takes its time with those that it gets.
class LoadedEnd : private PortOwner {
public:
    /// What the end enters what it does into.
    struct Accounts {
        TlpLedger& sent;
        TlpLedger& received;
        CreditAccount& buffer; ///< its own receive buffer
        const DownTimes& downs;
    };
    /// It sends `tlps` TLPs of `traffic`; `seed`: of what it holds back.
    LoadedEnd(const Accounts& accounts, const pcie::Credits& credits, const RandomTraffic& traffic, std::uint64_t tlps,
              std::uint64_t seed);

    void pump();
    /// Frees the buffer of a TLP that was kept for long, perhaps while the link went down and came up again: then its
    /// credits do not count any more.
    void free_kept();
    [[nodiscard]] bool done() const { return sent_ == tlps_ && port.backlog() == 0; }
    [[nodiscard]] std::uint64_t handed_over() const noexcept { return sent_; }

    Port port;

private:
    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& /*port*/) override { pump(); }
    void on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) override { accounts_.sent.returned(tlp->transaction); }

    Accounts accounts_;
    RandomTraffic traffic_;
    std::uint64_t tlps_;
    std::uint64_t sent_ = 0;
    SplitMix64 holds_;
    pcie::TlpPtr kept_;
    SimTime kept_until_{};
    std::size_t kept_downs_ = 0;
};

} // namespace rootpool::models::test
