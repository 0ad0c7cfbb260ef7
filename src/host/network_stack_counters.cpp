#include "rootpool/host/network_stack_counters.h"

namespace rootpool::host {

std::string_view to_string(Drop reason) noexcept {
    static constexpr std::array<std::string_view, drop_count> names{
        "outside memory", "malformed",        "unknown type", "wrong destination", "bad checksum",
        "fragment",       "unknown protocol", "no socket",    "receive buffer",    "backlog",
        "unresolved",     "no route",         "link down",    "transmit queue"};
    return names[static_cast<std::size_t>(reason)];
}

} // namespace rootpool::host
