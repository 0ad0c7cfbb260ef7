#pragma once

#include "rootpool/pcie/tlp.h"

namespace rootpool::models::test {

/// What the ordering table asks about (PCIe base table 2-42), and its answer.
struct OrderingFacts {
    explicit OrderingFacts(const pcie::Tlp& tlp);
    /// Whether this TLP may go before `earlier`, which was handed over before it.
    [[nodiscard]] bool may_pass(const OrderingFacts& earlier) const;

    pcie::FlowClass flow;
    pcie::RootId root;
    bool relaxed;
    bool by_id;
    bool with_data;
    pcie::Bdf requester;
    pcie::Bdf issuer;
    pcie::Tag tag;
    bool successful;
};

} // namespace rootpool::models::test
