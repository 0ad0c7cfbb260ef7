#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"
#include "rootpool/core/time.h"
#include "rootpool/net/address.h"
#include "rootpool/net/tcp_state.h"

namespace rootpool::host {

class TcpSocket;
class UdpSocket;

/// Readiness of TCP sockets, as a kernel wakes tasks. Calls come from inside the stack, after the state is consistent;
/// the socket may be used from inside, but waking a task is the intended reaction.
class SocketObserver {
public:
    virtual ~SocketObserver() = default;
    /// The handshake of tcp_connect() is done.
    virtual void on_connected(TcpSocket&) {}
    /// Of a listener: a handshake is done. Call socket.set_observer() to hear more of it.
    virtual void on_accepted(TcpSocket&) {}
    /// New data in order, or the end of the stream.
    virtual void on_readable(TcpSocket&) {}
    /// A third of the send buffer is free again after it was full (Linux sk_stream_write_space).
    virtual void on_writable(TcpSocket&) {}
    /// The connection is gone. Close the socket if not done already.
    virtual void on_closed(TcpSocket&, net::TcpCloseReason) {}
};

class UdpObserver {
public:
    virtual ~UdpObserver() = default;
    virtual void on_datagram(UdpSocket&) = 0;
};

/// Replies to echo requests that were sent with NetworkStack::send_echo_request.
class EchoObserver {
public:
    virtual ~EchoObserver() = default;
    virtual void on_echo_reply(net::Ipv4Address from, std::uint16_t identifier, std::uint16_t sequence,
                               std::uint8_t time_to_live, core::ByteView data, SimTime now) = 0;
};

} // namespace rootpool::host
