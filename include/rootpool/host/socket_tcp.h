#pragma once

#include <cstdint>
#include <span>

#include "rootpool/core/delegate.h"
#include "rootpool/core/time.h"
#include "rootpool/host/network_stack_output.h"
#include "rootpool/host/socket_observer.h"
#include "rootpool/host/socket_receive_queue.h"
#include "rootpool/host/socket_send_ring.h"
#include "rootpool/net/tcp_connection.h"

namespace rootpool::host {

/// One TCP socket: the protocol machine between a ring of bytes to send and a queue of received buffers. Owned by its
/// NetworkStack; a reference stays good until the application has called close() or abort() and on_closed was reported.
class TcpSocket final : private net::TcpTransmitter {
public:
    /// What a socket uses of its stack.
    struct Environment {
        HostMemory& memory;
        ReceiveBuffers& buffers;
        Ipv4Output& output;
        StackWork& work;
        DropCounters& drops;
        SimTime& deadline; ///< of the whole stack: moved forward to this socket's first timer
    };

    TcpSocket(const Environment& environment, const net::TcpParameters& parameters, SendRing ring, net::Endpoint local,
              net::Endpoint remote, std::uint32_t initial_sequence);
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;
    ~TcpSocket() override;

    // -- what an application does --
    void set_observer(SocketObserver* observer) noexcept { observer_ = observer; }
    /// Nagle algorithm off.
    void set_no_delay(bool off) noexcept { connection_.set_no_delay(off); }

    /// Free bytes of the send buffer; 0 unless the connection can take data.
    [[nodiscard]] std::uint32_t send_space() const noexcept;
    /// The next free bytes of the send buffer, for the application to write in place; shorter than send_space() where
    /// the ring wraps.
    [[nodiscard]] core::MutableByteView send_view();
    /// `bytes` of send_view() are written: TCP may send them. Throws core::ModelViolation beyond send_space().
    void commit_send(std::uint32_t bytes, SimTime now);
    /// Copies what fits; returns how many bytes.
    std::uint32_t send(core::ByteView bytes, SimTime now);

    /// Bytes that receive() would give.
    [[nodiscard]] std::uint32_t readable() const noexcept { return receive_queue_.readable(); }
    /// Shows at most `maximum` received bytes to `sink`, piece by piece in place, then frees their buffers and tells
    /// the peer about the new window if that is due. Returns how many bytes.
    std::uint32_t receive(std::uint32_t maximum, core::Delegate<void(core::ByteView)> sink, SimTime now);
    /// The peer has closed its direction and everything was received.
    [[nodiscard]] bool end_of_stream() const noexcept;

    /// No more data from us: sends what is in the buffer, then FIN. With unread data: RST (RFC 2525 2.17). The
    /// application lets go.
    void close(SimTime now);
    /// Our FIN, while the application keeps reading (shutdown(SHUT_WR)).
    void shutdown_send(SimTime now);
    /// RST; the application lets go. No on_closed follows.
    void abort(SimTime now);

    [[nodiscard]] net::TcpState state() const noexcept { return connection_.state(); }
    [[nodiscard]] const net::TcpConnection& connection() const noexcept { return connection_; }
    [[nodiscard]] const net::TcpCounters& counters() const noexcept { return connection_.counters(); }
    [[nodiscard]] net::Endpoint local() const noexcept { return local_; }
    [[nodiscard]] net::Endpoint remote() const noexcept { return remote_; }

    // -- what the stack does --
    void connect(SimTime now);
    /// First segment of a passive open.
    void accept(const net::TcpIncomingSegment& syn, SocketObserver* listener, SimTime now);
    /// Takes the buffers.
    void on_segment(const net::TcpIncomingSegment& segment, std::span<const ReceivedPiece> pieces, SimTime now);
    /// The device has read a packet with data from this stream offset on.
    void on_transmitted(std::uint64_t stream_offset, SimTime now);
    /// The same for a packet that was dropped before the device.
    void on_discarded(std::uint64_t stream_offset) noexcept { send_.on_device_done(stream_offset); }
    [[nodiscard]] SimTime next_deadline() const noexcept { return connection_.next_deadline(); }
    void on_timer(SimTime now);
    /// Closed, let go by the application, and nothing of it lies in a device.
    [[nodiscard]] bool disposable() const noexcept;
    /// Both ends are done and only TIME-WAIT passes, which needs no send buffer.
    [[nodiscard]] bool ring_is_spare() const noexcept;
    /// Empty when it was given up before.
    [[nodiscard]] SendRing give_up_ring() noexcept { return send_.give_up_ring(); }

private:
    void transmit(const net::TcpOutgoingSegment& segment, SimTime now) override;
    /// After every call into the connection: frees send buffer, tells observers, moves the stack's deadline.
    void settle(net::TcpState before);
    void report_handshake(net::TcpState before);
    void report_readiness();
    void report_close();
    /// Keeps the accepted part of the pieces; returns whether something is readable that was not.
    bool take_pieces(const net::TcpAcceptedData& accepted, std::span<const ReceivedPiece> pieces);
    void give_back(std::span<const ReceivedPiece> pieces);

    Environment environment_;
    net::Endpoint local_;
    net::Endpoint remote_;
    net::TcpConnection connection_;
    SocketSendBuffer send_;
    SocketReceiveQueue receive_queue_;
    SocketObserver* observer_ = nullptr;
    SocketObserver* listener_ = nullptr; ///< until the passive open is done
    std::uint16_t ip_identification_ = 1;
    std::size_t held_limit_;    ///< receive buffers
    bool new_data_ = false;     ///< since the last report
    bool send_blocked_ = false; ///< the application found the send buffer full
    bool let_go_ = false;
    bool closed_reported_ = false;
    bool end_reported_ = false;
};

} // namespace rootpool::host
