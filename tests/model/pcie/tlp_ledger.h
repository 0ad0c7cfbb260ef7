#pragma once

#include <cstdint>
#include <deque>

#include "tests/model/pcie/ordering_facts.h"

namespace rootpool::models::test {

/// Where the TLPs of one direction of a link are.
class TlpLedger {
public:
    void handed_over(const pcie::Tlp& tlp) { open_.push_back({tlp.transaction, OrderingFacts(tlp), tlp.header}); }
    void started(std::uint64_t number) { find(number)->started = true; }
    void delivered(const pcie::Tlp& tlp);
    void returned(std::uint64_t number);
    /// The link has come up again: what had started is on no wire and in no retry buffer any more.
    void link_was_down();
    [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }

    std::uint64_t deliveries = 0;
    std::uint64_t returns = 0;
    std::uint64_t lost = 0;
    std::uint64_t unexpected = 0;
    std::uint64_t reordered = 0;
    std::uint64_t changed = 0; ///< in header or payload

private:
    struct Entry {
        std::uint64_t number;
        OrderingFacts facts;
        pcie::TlpHeader header;
        bool started = false;
    };
    [[nodiscard]] std::deque<Entry>::iterator find(std::uint64_t number);

    std::deque<Entry> open_; ///< in the order of the hand-over
};

} // namespace rootpool::models::test
