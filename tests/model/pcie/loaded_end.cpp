#include "tests/model/pcie/loaded_end.h"

namespace rootpool::models::test {

LoadedEnd::LoadedEnd(const Accounts& accounts, const pcie::Credits& credits, const RandomTraffic& traffic,
                     std::uint64_t tlps, std::uint64_t seed)
    : port(sc_core::sc_gen_unique_name("port"), *this, credits), accounts_(accounts), traffic_(traffic), tlps_(tlps),
      holds_(seed) {}

void LoadedEnd::pump() {
    while (sent_ < tlps_ && port.backlog() < 20 && accounts_.downs.is_up(now())) {
        const pcie::TlpPtr tlp = traffic_.make(++sent_);
        accounts_.sent.handed_over(*tlp);
        port.send(tlp, now() + SimTime{holds_.one_in(2) ? 0 : holds_.below(20'000'000)});
    }
}

void LoadedEnd::free_kept() {
    if (kept_ && now() >= kept_until_) {
        if (kept_downs_ == accounts_.downs.passed()) {
            accounts_.buffer.released(kept_->header, now());
        }
        port.release(*kept_, now());
        kept_ = {};
    }
}

void LoadedEnd::on_tlp(Port& /*port*/, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) {
    accounts_.received.delivered(*tlp);
    if (!kept_) {
        kept_until_ = now() + holds_.below(20) * 1us;
        kept_downs_ = accounts_.downs.passed();
        kept_ = std::move(tlp);
        return;
    }
    const SimTime at = last_beat + SimTime{holds_.one_in(2) ? 0 : holds_.below(1'000'000'000)};
    accounts_.buffer.released(tlp->header, at);
    port.release(*tlp, at);
}

} // namespace rootpool::models::test
