#include "rootpool/host/socket_tcp.h"

#include <algorithm>

#include "rootpool/core/error.h"
#include "rootpool/host/receive_pool.h"

namespace rootpool::host {

namespace {

/// Linux counts whole buffers against the receive buffer and drops beyond it (sk_rmem_alloc). A full segment fills 1448
/// of 2048 bytes, so twice the buffer's size in memory leaves room for every window that was offered, and stops a peer
/// that sends tiny segments.
constexpr std::size_t memory_per_receive_buffer = 2;

} // namespace

TcpSocket::TcpSocket(const Environment& environment, const net::TcpParameters& parameters, SendRing ring,
                     net::Endpoint local, net::Endpoint remote, std::uint32_t initial_sequence)
    : environment_(environment), local_(local), remote_(remote), connection_(parameters, *this, initial_sequence),
      send_(environment.memory, ring), receive_queue_(environment.buffers),
      held_limit_(memory_per_receive_buffer * parameters.receive_buffer / ReceivePool::buffer_bytes + 1) {}

TcpSocket::~TcpSocket() = default;

std::uint32_t TcpSocket::send_space() const noexcept { return connection_.can_send() ? send_.space() : 0; }

core::MutableByteView TcpSocket::send_view() { return connection_.can_send() ? send_.view() : core::MutableByteView{}; }

void TcpSocket::commit_send(std::uint32_t bytes, SimTime now) {
    if (bytes > send_space()) {
        throw core::ModelViolation("an application wrote past the end of its TCP send buffer");
    }
    const net::TcpState before = connection_.state();
    environment_.work.bytes_from_application += bytes;
    send_.commit(bytes);
    send_blocked_ = send_.space() == 0;
    connection_.on_written(bytes, now);
    settle(before);
}

std::uint32_t TcpSocket::send(core::ByteView bytes, SimTime now) {
    std::uint32_t sent = 0;
    while (!bytes.empty()) {
        const core::MutableByteView view = send_view();
        const auto part = static_cast<std::uint32_t>(std::min(view.size(), bytes.size()));
        if (part == 0) {
            break;
        }
        std::copy_n(bytes.begin(), part, view.begin());
        commit_send(part, now);
        bytes = bytes.subspan(part);
        sent += part;
    }
    return sent;
}

std::uint32_t TcpSocket::receive(std::uint32_t maximum, core::Delegate<void(core::ByteView)> sink, SimTime now) {
    const net::TcpState before = connection_.state();
    const std::uint32_t bytes = receive_queue_.read(maximum, sink);
    environment_.work.bytes_to_application += bytes;
    if (bytes != 0) {
        connection_.on_read(bytes, now);
        settle(before);
    }
    return bytes;
}

bool TcpSocket::end_of_stream() const noexcept {
    return connection_.receive_side().finished() && receive_queue_.readable() == 0;
}

void TcpSocket::close(SimTime now) {
    if (let_go_) {
        return;
    }
    if (receive_queue_.readable() != 0) {
        abort(now);
        return;
    }
    let_go_ = true;
    shutdown_send(now);
}

void TcpSocket::shutdown_send(SimTime now) {
    const net::TcpState before = connection_.state();
    connection_.close(now);
    settle(before);
}

void TcpSocket::abort(SimTime now) {
    let_go_ = true;
    closed_reported_ = true;
    connection_.abort(now);
    receive_queue_.clear();
}

void TcpSocket::connect(SimTime now) {
    const net::TcpState before = connection_.state();
    connection_.connect(now);
    settle(before);
}

void TcpSocket::accept(const net::TcpIncomingSegment& syn, SocketObserver* listener, SimTime now) {
    listener_ = listener;
    connection_.accept(syn, now);
    settle(connection_.state());
}

void TcpSocket::on_segment(const net::TcpIncomingSegment& segment, std::span<const ReceivedPiece> pieces, SimTime now) {
    if (segment.length != 0 && receive_queue_.held() + pieces.size() > held_limit_) {
        environment_.drops.add(Drop::receive_buffer);
        give_back(pieces);
        return;
    }
    const net::TcpState before = connection_.state();
    const net::TcpAcceptedData accepted = connection_.on_segment(segment, now);
    new_data_ = take_pieces(accepted, pieces);
    if (let_go_) {
        connection_.on_read(receive_queue_.discard(), now); // nobody will read it
    }
    settle(before);
}

bool TcpSocket::take_pieces(const net::TcpAcceptedData& accepted, std::span<const ReceivedPiece> pieces) {
    const std::uint32_t readable_before = receive_queue_.readable();
    std::uint32_t skip = accepted.skip;
    std::uint32_t left = accepted.length;
    std::uint64_t offset = accepted.stream_offset;
    for (ReceivedPiece piece : pieces) {
        const std::uint32_t front = std::min(skip, piece.length);
        const std::uint32_t length = std::min(piece.length - front, left);
        skip -= front;
        if (length == 0) {
            environment_.buffers.give_back(piece.buffer);
            continue;
        }
        piece.data += front;
        piece.length = length;
        receive_queue_.add(offset, piece);
        offset += length;
        left -= length;
    }
    return receive_queue_.readable() != readable_before;
}

void TcpSocket::give_back(std::span<const ReceivedPiece> pieces) {
    for (const ReceivedPiece& piece : pieces) {
        environment_.buffers.give_back(piece.buffer);
    }
}

void TcpSocket::on_transmitted(std::uint64_t stream_offset, SimTime /*now*/) {
    send_.on_device_done(stream_offset);
    settle(connection_.state());
}

void TcpSocket::on_timer(SimTime now) {
    const net::TcpState before = connection_.state();
    if (connection_.next_deadline() <= now) {
        ++environment_.work.timers;
        connection_.on_timer(now);
    }
    settle(before);
}

bool TcpSocket::disposable() const noexcept {
    const bool nobody_knows = listener_ != nullptr; // a handshake that failed was never accepted
    return connection_.state() == net::TcpState::closed && ((let_go_ && closed_reported_) || nobody_knows) &&
           !send_.in_device();
}

bool TcpSocket::ring_is_spare() const noexcept {
    return connection_.state() == net::TcpState::time_wait && closed_reported_ && send_.ring().size != 0 &&
           !send_.in_device();
}

void TcpSocket::transmit(const net::TcpOutgoingSegment& segment, SimTime now) {
    const bool data = segment.length != 0;
    const Ipv4Output::TcpPacket packet{local_, remote_, ip_identification_, data ? this : nullptr, &send_};
    const std::uint32_t packets =
        std::max(1U, (segment.length + segment.mss - 1) / std::max<std::uint32_t>(segment.mss, 1));
    ip_identification_ =
        static_cast<std::uint16_t>(ip_identification_ + packets); // the device counts on from the first
    if (data) {
        send_.on_given_to_device(segment.stream_offset);
    }
    if (!environment_.output.send(packet, segment, now) && data) {
        send_.on_device_done(segment.stream_offset);
    }
}

void TcpSocket::settle(net::TcpState before) {
    send_.release(connection_.acknowledged_bytes());
    environment_.deadline = std::min(environment_.deadline, connection_.next_deadline());
    report_handshake(before);
    report_readiness();
    report_close();
}

void TcpSocket::report_handshake(net::TcpState before) {
    const net::TcpState state = connection_.state();
    if (state == before || state == net::TcpState::closed) {
        return;
    }
    if (before == net::TcpState::syn_sent && state == net::TcpState::established && observer_ != nullptr) {
        observer_->on_connected(*this);
    } else if (before == net::TcpState::syn_received && listener_ != nullptr) {
        SocketObserver* const listener = listener_;
        listener_ = nullptr;
        listener->on_accepted(*this);
    }
}

void TcpSocket::report_readiness() {
    const bool end = connection_.receive_side().finished() && !end_reported_;
    if (observer_ != nullptr && !let_go_ && (new_data_ || end)) {
        end_reported_ = end_reported_ || end;
        new_data_ = false;
        observer_->on_readable(*this);
    }
    if (observer_ != nullptr && send_blocked_ && connection_.can_send() && send_.space() >= send_.ring().size / 3) {
        send_blocked_ = false;
        observer_->on_writable(*this);
    }
}

void TcpSocket::report_close() {
    const net::TcpState state = connection_.state();
    const bool gone = state == net::TcpState::closed || (state == net::TcpState::time_wait && let_go_);
    if (gone && !closed_reported_ && connection_.close_reason() != net::TcpCloseReason::none && listener_ == nullptr) {
        closed_reported_ = true;
        if (observer_ != nullptr) {
            observer_->on_closed(*this, connection_.close_reason());
        }
    }
}

} // namespace rootpool::host
