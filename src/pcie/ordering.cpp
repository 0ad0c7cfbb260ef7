#include "rootpool/pcie/ordering.h"

namespace rootpool::pcie {
namespace {

/// Columns of the table are equal for both kinds of non-posted requests; rows are not.
bool passes_posted(const TlpHeader& later, const TlpHeader& earlier) noexcept {
    const bool other_requester = later.attributes.id_based_ordering &&
                                 (is_completion(later.kind) ? later.completer : later.requester) != earlier.requester;
    const bool relaxed = later.attributes.relaxed_ordering;
    switch (flow_class(later.kind)) {
    case FlowClass::posted:
        return relaxed || other_requester;
    case FlowClass::non_posted:
        return other_requester || (relaxed && has_data(later.kind));
    default: {
        // D2b: the completion of an I/O or configuration write. A read's successful completion has data.
        const bool of_write = later.kind == TlpKind::completion && later.status == CompletionStatus::successful;
        return relaxed || other_requester || of_write;
    }
    }
}

} // namespace

bool may_pass(const Tlp& later, const Tlp& earlier) noexcept {
    if (later.root != earlier.root) {
        return true;
    }
    switch (flow_class(earlier.header.kind)) {
    case FlowClass::posted:
        return passes_posted(later.header, earlier.header);
    case FlowClass::non_posted:
        return true;
    default: {
        const bool same_transaction =
            later.header.requester == earlier.header.requester && later.header.tag == earlier.header.tag;
        return !is_completion(later.header.kind) || !same_transaction;
    }
    }
}

} // namespace rootpool::pcie
