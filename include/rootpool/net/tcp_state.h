#pragma once

#include <cstdint>
#include <string_view>

namespace rootpool::net {

/// RFC 793 3.2.
enum class TcpState : std::uint8_t {
    closed,
    syn_sent,
    syn_received,
    established,
    fin_wait_1,
    fin_wait_2,
    close_wait,
    closing,
    last_ack,
    time_wait,
};

enum class TcpCloseReason : std::uint8_t {
    none,
    finished,  ///< both sides closed
    refused,   ///< RST instead of a handshake
    reset,     ///< RST from the peer
    aborted,   ///< by our own application
    timed_out, ///< no answer after all retries
};

[[nodiscard]] std::string_view to_string(TcpState state) noexcept;
[[nodiscard]] std::string_view to_string(TcpCloseReason reason) noexcept;

} // namespace rootpool::net
