#include "tests/model/pcie/loaded_link.h"

namespace rootpool::models::test {

using pcie::FlowClass;

namespace {

/// Small and unequal, so that both headers and data run out.
[[nodiscard]] pcie::Credits buffer(unsigned end) {
    pcie::Credits credits;
    credits[FlowClass::posted] = {{end == 0 ? 6U : 24U, end == 0 ? 120U : 64U}, false};
    credits[FlowClass::non_posted] = {{end == 0 ? 3U : 8U, 4}, false};
    credits[FlowClass::completion] = end == 0 ? pcie::ClassCredits{{12, 96}, false} : pcie::ClassCredits{{0, 0}, true};
    return credits;
}

[[nodiscard]] pcie::BitErrors bit_errors(const LoadedLink::Setting& setting, unsigned end) {
    return {static_cast<pcie::BitErrorRate>(setting.bit_error_rate * pcie::bit_error_unit), 11 + end};
}

/// Shorter than what a link needs for so many TLPs.
[[nodiscard]] DownTimes down_times(const LoadedLink::Setting& setting, std::uint64_t tlps) {
    constexpr std::uint64_t tlps_per_time = 2'500;
    return DownTimes(setting.goes_down ? tlps / tlps_per_time : 0);
}

} // namespace

LoadedLink::LoadedLink(const Setting& setting, Scheduler& scheduler, pcie::TlpFactory& factory, std::uint64_t tlps)
    : accounts_{CreditAccount(buffer(1)), CreditAccount(buffer(0))}, errors_{bit_errors(setting, 0),
                                                                             bit_errors(setting, 1)},
      downs_(down_times(setting, tlps)), packet_downs_(downs_), link_(setting.name, scheduler, setting.link),
      watch_(scheduler, Timer::Callback::to<&LoadedLink::follow>(*this)) {
    for (unsigned end : {0U, 1U}) {
        const LoadedEnd::Accounts accounts{ledgers_[end], ledgers_[1 - end], accounts_[1 - end], downs_};
        ends_[end] =
            std::make_unique<LoadedEnd>(accounts, buffer(end), RandomTraffic(end + 1, factory), tlps / 2, end + 77);
    }
    link_.connect(ends_[0]->port, ends_[1]->port);
    link_.observe(*this);
    if (setting.bit_error_rate > 0) {
        link_.set_faults(&errors_[0], &errors_[1]);
    }
    link_.set_down_times(downs_.all());
    watch_.arm(1us);
}

/// Every 1 us: TLPs again when the link is up, accounts anew when it was down.
void LoadedLink::follow() {
    if (downs_.passes_one(now())) {
        for (TlpLedger& ledger : ledgers_) {
            ledger.link_was_down();
        }
    }
    for (const auto& end : ends_) {
        end->free_kept();
        end->pump();
    }
    watch_.arm(now() + 1us);
}

void LoadedLink::on_packet(const pcie::PacketSighting& packet) {
    while (packet_downs_.passes_one(packet.start)) {
        accounts_[0].restart();
        accounts_[1].restart();
    }
    const auto direction = static_cast<unsigned>(packet.place.index());
    if (packet.tlp != nullptr && !packet.replay) {
        ledgers_[direction].started(packet.tlp->transaction);
        accounts_[direction].consumed(packet.tlp->header, packet.start);
    } else if (packet.tlp == nullptr && packet.dllp.kind >= pcie::DllpKind::init_fc1) {
        const bool accepted = packet.reception == pcie::Reception::accepted;
        accounts_[1 - direction].announced(packet.dllp, packet.start, accepted ? packet.received : core::never);
    }
}

} // namespace rootpool::models::test
