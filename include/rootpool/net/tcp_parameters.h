#pragma once

#include <cstdint>

#include "rootpool/core/time.h"

namespace rootpool::net {

/// Constants of one TCP, with the values of Linux 2.6.32 at HZ = 1000 (include/net/tcp.h, net/ipv4/sysctl_net_ipv4.c).
struct TcpParameters {
    std::uint16_t mss = 1460;                   ///< that the interface allows: MTU - 40; timestamps take 12 bytes of it
    std::uint32_t receive_buffer = 512U * 1024; ///< bytes; fixed, no autotuning
    unsigned adv_win_scale = 2; ///< 1/2^n of the receive buffer is overhead, not window (tcp_adv_win_scale)
    bool timestamps = true;
    bool window_scaling = true;
    bool no_delay = false;                     ///< true: no Nagle algorithm
    std::uint32_t tso_maximum = 65'535U - 120; ///< payload bytes of one segment for a NIC that segments; 0: one MSS
    unsigned initial_window = 3;               ///< segments (RFC 3390 at Ethernet sizes)
    SimTime tick = 1ms;                        ///< of timers and timestamps
    SimTime delayed_ack = 40ms;                ///< TCP_DELACK_MIN
    SimTime rto_initial = 3s;                  ///< TCP_TIMEOUT_INIT
    SimTime rto_minimum = 200ms;               ///< TCP_RTO_MIN: least value of the variance term
    SimTime rto_maximum = 120s;                ///< TCP_RTO_MAX
    unsigned syn_retries = 5;                  ///< tcp_syn_retries
    unsigned data_retries = 15;                ///< tcp_retries2
    SimTime time_wait = 500ms; ///< Linux: 60 s. Shortened: sequence numbers of simulated connections cannot meet again,
                               ///< and a lost last ACK is repaired within one minimum RTO
};

} // namespace rootpool::net
