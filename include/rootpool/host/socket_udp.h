#pragma once

#include <cstdint>

#include "rootpool/core/delegate.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/core/time.h"
#include "rootpool/host/network_stack_output.h"
#include "rootpool/host/socket_observer.h"
#include "rootpool/host/socket_receive_queue.h"

namespace rootpool::host {

/// One UDP socket, bound to a port of all interfaces. Owned by its NetworkStack until udp_close().
class UdpSocket {
public:
    struct Environment {
        ReceiveBuffers& buffers;
        Ipv4Output& output;
        StackWork& work;
        DropCounters& drops;
    };
    using Sink = core::Delegate<void(net::Endpoint, core::ByteView)>;

    UdpSocket(const Environment& environment, std::uint16_t port, std::uint32_t receive_buffer,
              UdpObserver* observer) noexcept
        : environment_(environment), port_(port), receive_buffer_(receive_buffer), observer_(observer) {}
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;
    ~UdpSocket();

    /// Sends one datagram. False when it is larger than the MTU allows (no fragmentation), nothing routes there, or the
    /// kernel has no packet memory left at this moment.
    bool send(net::Endpoint to, core::ByteView data, SimTime now);

    /// Sends through the interface with this address; the unspecified one lets the route choose.
    void set_source(net::Ipv4Address source) noexcept { source_ = source; }

    [[nodiscard]] std::size_t pending() const noexcept { return queue_.size(); }
    /// Shows the oldest datagram in place and frees its buffer; false when there is none.
    bool receive(Sink sink);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// From the stack; takes the buffer.
    void on_datagram(net::Endpoint from, const ReceivedPiece& piece);

private:
    struct Datagram {
        net::Endpoint from;
        ReceivedPiece piece;
    };

    Environment environment_;
    std::uint16_t port_;
    std::uint32_t receive_buffer_;
    UdpObserver* observer_;
    core::RingQueue<Datagram> queue_;
    net::Ipv4Address source_;
    std::uint16_t ip_identification_ = 1;
};

} // namespace rootpool::host
