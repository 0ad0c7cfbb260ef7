#include "tests/model/pcie/ordering_facts.h"

namespace rootpool::models::test {

using pcie::FlowClass;

OrderingFacts::OrderingFacts(const pcie::Tlp& tlp)
    : flow(pcie::flow_class(tlp.header.kind)), root(tlp.root), relaxed(tlp.header.attributes.relaxed_ordering),
      by_id(tlp.header.attributes.id_based_ordering), with_data(pcie::has_data(tlp.header.kind)),
      requester(tlp.header.requester), issuer(flow == FlowClass::completion ? tlp.header.completer : requester),
      tag(tlp.header.tag), successful(tlp.header.status == pcie::CompletionStatus::successful) {}

bool OrderingFacts::may_pass(const OrderingFacts& earlier) const {
    if (root != earlier.root || earlier.flow == FlowClass::non_posted) {
        return true;
    }
    if (earlier.flow == FlowClass::completion) {
        return flow != FlowClass::completion || requester != earlier.requester || tag != earlier.tag; // D5
    }
    const bool id = by_id && issuer != earlier.requester;
    switch (flow) {
    case FlowClass::posted: // A2
        return relaxed || id;
    case FlowClass::non_posted: // B2, C2
        return id || (with_data && relaxed);
    case FlowClass::completion: // D2
        return relaxed || id || (!with_data && successful);
    }
    return false;
}

} // namespace rootpool::models::test
