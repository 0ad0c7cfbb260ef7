#include "models/host/tcp_receiver.h"

#include <algorithm>

namespace rootpool::models {

TcpReceiver::TcpReceiver(const Task& task, const Settings& settings) : task_(task), settings_(settings) {}

void TcpReceiver::start() { task_.stack().tcp_listen(settings_.port, *this); }

void TcpReceiver::on_accepted(host::TcpSocket& socket) {
    if (socket_ != nullptr || done_) {
        socket.abort(now()); // one connection per program
        return;
    }
    socket_ = &socket;
    socket.set_observer(this);
    task_.stack().tcp_stop_listening(settings_.port);
}

void TcpReceiver::on_readable(host::TcpSocket& /*socket*/) {
    if (asleep_) {
        asleep_ = false;
        task_.wake(CpuCore::Effect::to<&TcpReceiver::read>(*this));
    }
}

void TcpReceiver::read() {
    if (socket_ == nullptr) {
        return;
    }
    next_bytes_ = std::min(socket_->readable(), settings_.read_bytes);
    if (next_bytes_ != 0) {
        task_.system_call(next_bytes_, CpuCore::Effect::to<&TcpReceiver::read_now>(*this));
    } else if (socket_->end_of_stream()) {
        close();
    } else {
        asleep_ = true;
    }
}

void TcpReceiver::read_now() {
    if (socket_ == nullptr) {
        return;
    }
    socket_->receive(next_bytes_, core::Delegate<void(core::ByteView)>::to<&TcpReceiver::check>(*this), now());
    last_byte_at_ = now();
    task_.pay_and(CpuCore::Effect::to<&TcpReceiver::read>(*this));
}

void TcpReceiver::check(core::ByteView bytes) {
    if (bytes_ == 0) {
        first_byte_at_ = now();
    }
    wrong_bytes_ += settings_.pattern->mismatches(bytes_, bytes);
    if (settings_.digest) {
        digest_.update(bytes);
    }
    bytes_ += bytes.size();
}

/// Closes its direction too; the connection ends when the other end has acknowledged that.
void TcpReceiver::close() {
    closed_by_us_ = true;
    socket_->close(now());
    task_.pay_and(CpuCore::Effect::to<&TcpReceiver::nothing>(*this));
}

void TcpReceiver::on_closed(host::TcpSocket& socket, net::TcpCloseReason /*reason*/) {
    counters_ = socket.counters();
    if (!closed_by_us_) {
        socket.close(now());
    }
    end();
}

void TcpReceiver::give_up() {
    if (done_) {
        return;
    }
    if (socket_ == nullptr) {
        task_.stack().tcp_stop_listening(settings_.port);
    } else {
        counters_ = socket_->counters();
        socket_->abort(now());
    }
    end();
}

void TcpReceiver::end() {
    socket_ = nullptr;
    settings_.pattern.reset();
    done_ = true;
    KernelTime::notify(done_event_);
}

} // namespace rootpool::models
