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
};

} // namespace

std::string_view to_string(RefusalCause cause) noexcept { return names[static_cast<std::size_t>(cause)]; }

} // namespace rootpool::pooling
