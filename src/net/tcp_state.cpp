#include "rootpool/net/tcp_state.h"

#include <array>
#include <cstddef>

namespace rootpool::net {

std::string_view to_string(TcpState state) noexcept {
    static constexpr std::array<std::string_view, 10> names{"CLOSED",     "SYN-SENT",   "SYN-RECEIVED", "ESTABLISHED",
                                                            "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",   "CLOSING",
                                                            "LAST-ACK",   "TIME-WAIT"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(TcpCloseReason reason) noexcept {
    static constexpr std::array<std::string_view, 6> names{"none",  "finished", "connection refused",
                                                           "reset", "aborted",  "timed out"};
    return names[static_cast<std::size_t>(reason)];
}

} // namespace rootpool::net
