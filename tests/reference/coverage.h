#pragma once

#include <array>
#include <cstdint>

#include "tests/reference/ordering.h"
#include "tests/reference/settings.h"

namespace rootpool::reference {

/// Counts cases of one cell of the ordering table.
using OrderingCounts = std::array<std::array<std::uint64_t, ordering_kind_count>, ordering_kind_count>;

/// For what a TLP of a queue waits. From `ordering` on: for an earlier TLP, by its OrderingKind.
enum class WaitCause : std::uint8_t { header_credit, data_credit, retry_buffer, place, return_route, tags, ordering };

/// The causes for which one TLP has waited: each counts once for it, however long it waits.
class WaitCauses {
public:
    /// Whether it is new.
    [[nodiscard]] bool add(WaitCause cause) noexcept { return add(static_cast<unsigned>(cause)); }
    [[nodiscard]] bool add_ordering(OrderingKind earlier) noexcept {
        return add(static_cast<unsigned>(WaitCause::ordering) + static_cast<unsigned>(earlier));
    }

private:
    [[nodiscard]] bool add(unsigned bit) noexcept {
        const bool is_new = (causes_ >> bit & 1U) == 0;
        causes_ = static_cast<std::uint16_t>(causes_ | 1U << bit);
        return is_new;
    }

    std::uint16_t causes_ = 0;
};

/// What one end of a link went through: says whether a test exercised what it is about.
struct Coverage {
    PerClass<std::uint64_t> header_stalls{}; ///< TLPs that waited for a header credit
    PerClass<std::uint64_t> data_stalls{};   ///< TLPs that waited for data credits only
    OrderingCounts passed{};                 ///< [later][earlier]: the later TLP was sent before the earlier
    OrderingCounts forbidden{};              ///< [later][earlier]: later TLPs that the table alone held back
    std::uint64_t retry_buffer_full = 0;     ///< TLPs that waited because 2047 were unacknowledged
    std::uint64_t acks = 0;                  ///< sent
    std::uint64_t naks = 0;                  ///< sent
    std::uint64_t replays_by_nak = 0;
    std::uint64_t replays_by_timer = 0;
    std::uint64_t retrains = 0; ///< asked for by this end
    std::uint64_t duplicates = 0;
    std::uint64_t out_of_sequence = 0;
    std::uint64_t bad_tlps = 0;
    std::uint64_t bad_dllps = 0;
    std::uint64_t nullified = 0;
    std::uint64_t started_before_whole = 0; ///< TLPs sent before their last beat was there
    std::uint64_t nullified_sent = 0;       ///< of these, those that were bad
    std::uint64_t bad_dropped = 0;          ///< TLPs known to be bad before they could start
    std::uint64_t updates = 0;              ///< UpdateFCs sent
    std::uint64_t refreshes = 0;            ///< times at which all updates were made due
    std::uint64_t init_repeats = 0;         ///< InitFC triples sent again
    std::uint64_t skips = 0;                ///< SKP ordered sets sent
    std::uint64_t link_downs = 0;
    std::uint64_t returned = 0; ///< TLPs handed back because the link is down
};

} // namespace rootpool::reference
