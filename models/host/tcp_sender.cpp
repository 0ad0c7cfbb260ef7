#include "models/host/tcp_sender.h"

#include <algorithm>

namespace rootpool::models {

TcpSender::TcpSender(const Task& task, const Settings& settings) : task_(task), settings_(settings) {}

void TcpSender::start() { task_.system_call(0, CpuCore::Effect::to<&TcpSender::connect>(*this)); }

void TcpSender::connect() {
    socket_ = task_.stack().tcp_connect(settings_.to, this, now(), settings_.from);
    if (socket_ == nullptr) {
        error_ = "no socket";
        done_ = true;
        KernelTime::notify(done_event_);
    }
    task_.pay_and(CpuCore::Effect::to<&TcpSender::nothing>(*this));
}

void TcpSender::on_connected(host::TcpSocket& /*socket*/) {
    connected_at_ = now();
    task_.wake(CpuCore::Effect::to<&TcpSender::write>(*this));
}

std::uint64_t TcpSender::left() const {
    if (settings_.duration && now() - connected_at_ >= *settings_.duration) {
        return 0;
    }
    return settings_.total_bytes ? *settings_.total_bytes - offset_ : UINT64_MAX;
}

void TcpSender::write() {
    if (socket_ == nullptr || closing_) {
        return;
    }
    const std::uint64_t rest = left();
    if (rest == 0) {
        closing_ = true;
        task_.system_call(0, CpuCore::Effect::to<&TcpSender::close_now>(*this));
        return;
    }
    next_bytes_ =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({rest, settings_.write_bytes, socket_->send_space()}));
    if (next_bytes_ == 0) {
        blocked_ = true; // in the system call, until on_writable
        return;
    }
    task_.system_call(next_bytes_, CpuCore::Effect::to<&TcpSender::write_now>(*this));
}

void TcpSender::write_now() {
    if (socket_ == nullptr) {
        return;
    }
    while (next_bytes_ != 0) {
        const core::MutableByteView view = socket_->send_view();
        const auto part = static_cast<std::uint32_t>(std::min<std::size_t>(view.size(), next_bytes_));
        if (part == 0) {
            break; // the connection was closed meanwhile
        }
        settings_.pattern->fill(offset_, view.first(part));
        if (settings_.digest) {
            digest_.update(view.first(part));
        }
        socket_->commit_send(part, now());
        offset_ += part;
        next_bytes_ -= part;
    }
    last_write_at_ = now();
    task_.pay_and(CpuCore::Effect::to<&TcpSender::write>(*this));
}

void TcpSender::on_writable(host::TcpSocket& /*socket*/) {
    if (blocked_) {
        blocked_ = false;
        task_.wake(CpuCore::Effect::to<&TcpSender::write>(*this));
    }
}

void TcpSender::close_now() {
    if (socket_ != nullptr) {
        socket_->close(now());
        task_.pay_and(CpuCore::Effect::to<&TcpSender::nothing>(*this));
    }
}

void TcpSender::on_closed(host::TcpSocket& socket, net::TcpCloseReason reason) {
    counters_ = socket.counters();
    if (reason != net::TcpCloseReason::finished) {
        error_ = net::to_string(reason);
    }
    if (!closing_) {
        socket.close(now());
    }
    socket_ = nullptr;
    settings_.pattern.reset();
    done_ = true;
    KernelTime::notify(done_event_);
}

} // namespace rootpool::models
