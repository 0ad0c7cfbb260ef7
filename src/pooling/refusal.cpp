#include "rootpool/pooling/refusal.h"

namespace rootpool::pooling {
namespace {

constexpr std::array<std::string_view, refusal_cause_count> names = {
    "none",
    "no_window",
    "memory_space_disabled",
    "bus_master_disabled",
    "outside_lent_bar",
    "crosses_4k",
    "larger_than_mps",
    "traffic_class",
    "address_type",
    "poisoned",
    "unsupported_kind",
    "function_not_lent",
    "lent_to_another",
    "unknown_requester",
    "unexpected_completion",
    "peer_to_peer",
    "message_from_function",
    "management_access",
    "unknown_interrupt",
    "fenced",
    "link_down",
};

} // namespace

pcie::ErrorKind error_kind_of(RefusalCause cause) noexcept {
    switch (cause) {
    case RefusalCause::crosses_4k:
    case RefusalCause::larger_than_mps:
        return pcie::ErrorKind::malformed_tlp;
    case RefusalCause::poisoned:
        return pcie::ErrorKind::poisoned_tlp;
    case RefusalCause::unexpected_completion:
        return pcie::ErrorKind::unexpected_completion;
    case RefusalCause::management_access:
        return pcie::ErrorKind::completer_abort;
    default:
        return pcie::ErrorKind::unsupported_request;
    }
}

std::string_view to_string(RefusalCause cause) noexcept { return names[static_cast<std::size_t>(cause)]; }

} // namespace rootpool::pooling
