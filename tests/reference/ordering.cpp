#include "tests/reference/ordering.h"

namespace rootpool::reference {

namespace {

bool relaxed(const pcie::TlpHeader& later, Mutation mutation) noexcept {
    return later.attributes.relaxed_ordering && mutation != Mutation::relaxed_ordering_ignored;
}

/// ID-based ordering: the two come from functions that do not know of each other (PCIe base 2.4.2).
bool independent(const pcie::TlpHeader& later, const pcie::TlpHeader& earlier, Mutation mutation) noexcept {
    const pcie::Bdf sender = pcie::is_completion(later.kind) ? later.completer : later.requester;
    return later.attributes.id_based_ordering && sender != earlier.requester &&
           mutation != Mutation::id_ordering_ignored;
}

/// Successful without data: answers an I/O or configuration write.
bool completes_write(const pcie::TlpHeader& header) noexcept {
    return !pcie::has_data(header.kind) && header.status == pcie::CompletionStatus::successful;
}

bool may_pass_posted(const pcie::TlpHeader& later, const pcie::TlpHeader& earlier, Mutation mutation) noexcept {
    if (independent(later, earlier, mutation)) {
        return true;
    }
    switch (ordering_kind(later.kind)) {
    case OrderingKind::non_posted:
        return false;
    case OrderingKind::completion:
        return relaxed(later, mutation) || completes_write(later) || mutation == Mutation::completion_passes_posted;
    default:
        return relaxed(later, mutation);
    }
}

bool may_pass_non_posted(const pcie::TlpHeader& later, Mutation mutation) noexcept {
    return mutation != Mutation::posted_waits_for_non_posted || ordering_kind(later.kind) != OrderingKind::posted;
}

bool may_pass_completion(const pcie::TlpHeader& later, const pcie::TlpHeader& earlier, Mutation mutation) noexcept {
    return ordering_kind(later.kind) != OrderingKind::completion || later.requester != earlier.requester ||
           later.tag != earlier.tag || mutation == Mutation::same_transaction_passes;
}

} // namespace

OrderingKind ordering_kind(pcie::TlpKind kind) noexcept {
    switch (pcie::flow_class(kind)) {
    case pcie::FlowClass::posted:
        return OrderingKind::posted;
    case pcie::FlowClass::completion:
        return OrderingKind::completion;
    default:
        return pcie::has_data(kind) ? OrderingKind::non_posted_with_data : OrderingKind::non_posted;
    }
}

bool may_pass(const pcie::Tlp& later, const pcie::Tlp& earlier, Mutation mutation) noexcept {
    if (later.root != earlier.root && mutation != Mutation::root_ignored) {
        return true;
    }
    switch (ordering_kind(earlier.header.kind)) {
    case OrderingKind::posted:
        return may_pass_posted(later.header, earlier.header, mutation);
    case OrderingKind::completion:
        return may_pass_completion(later.header, earlier.header, mutation);
    default:
        return may_pass_non_posted(later.header, mutation);
    }
}

} // namespace rootpool::reference
