#include "models/host/datagram_stream.h"

#include <algorithm>

#include "rootpool/core/bytes.h"

namespace rootpool::models {

namespace {

/// After the kernel had no memory for a datagram (ENOBUFS): time for some of the queue to leave.
constexpr SimTime refused_pause = 10us;

} // namespace

DatagramSender::DatagramSender(const Task& task, Scheduler& scheduler, const Settings& settings)
    : task_(task), settings_(settings), datagram_(std::max(settings.bytes, datagram_header_bytes)),
      pace_(scheduler, Timer::Callback::to<&DatagramSender::call>(*this)) {}

void DatagramSender::start() {
    start_ = now();
    due_ = start_;
    socket_ = &task_.stack().udp_open(0, nullptr);
    socket_->set_source(settings_.from);
    call();
}

void DatagramSender::call() { task_.system_call(datagram_.size(), CpuCore::Effect::to<&DatagramSender::send>(*this)); }

void DatagramSender::send() {
    core::store_be<std::uint64_t>(datagram_.data(), sent_);
    core::store_be<std::uint64_t>(datagram_.data() + 8, static_cast<std::uint64_t>(now().count()));
    const core::MutableByteView data = core::MutableByteView(datagram_).subspan(datagram_header_bytes);
    settings_.pattern->fill(sent_ * data.size(), data);
    if (socket_->send(settings_.to, datagram_, now())) {
        ++sent_;
    } else {
        ++refused_;
        due_ = now() + refused_pause;
    }
    task_.pay_and(CpuCore::Effect::to<&DatagramSender::next>(*this));
}

void DatagramSender::next() {
    if (now() - start_ >= settings_.duration) {
        task_.system_call(0, CpuCore::Effect::to<&DatagramSender::close>(*this));
        return;
    }
    if (settings_.rate) {
        advance_due(*settings_.rate);
    }
    pace_.arm(std::max(due_, now()));
}

void DatagramSender::close() {
    task_.stack().udp_close(*socket_);
    settings_.pattern.reset();
    done_ = true;
    KernelTime::notify(done_event_);
}

/// The n-th datagram is due when the bits of n datagrams have passed at the rate: exactly, so the part of a femtosecond
/// that a division leaves is carried on.
void DatagramSender::advance_due(std::uint64_t rate) {
    constexpr std::uint64_t femtoseconds = 1'000'000'000'000'000; // times the bits of a datagram: below 2^64
    const std::uint64_t dividend = datagram_.size() * 8 * femtoseconds + due_remainder_;
    due_ += SimTime{static_cast<std::int64_t>(dividend / rate)};
    due_remainder_ = dividend % rate;
}

DatagramReceiver::DatagramReceiver(const Task& task, std::uint16_t port,
                                   std::shared_ptr<const net::BytePattern> pattern)
    : task_(task), port_(port), pattern_(std::move(pattern)) {}

void DatagramReceiver::start() { socket_ = &task_.stack().udp_open(port_, this); }

void DatagramReceiver::on_datagram(host::UdpSocket& /*socket*/) {
    if (asleep_) {
        asleep_ = false;
        task_.wake(CpuCore::Effect::to<&DatagramReceiver::read>(*this));
    }
}

void DatagramReceiver::read() {
    if (socket_ == nullptr || socket_->pending() == 0) {
        asleep_ = true;
        return;
    }
    constexpr std::uint64_t typical_bytes = 1472; // the size is known only to the kernel before the call returns
    task_.system_call(typical_bytes, CpuCore::Effect::to<&DatagramReceiver::read_now>(*this));
}

void DatagramReceiver::stop() { task_.system_call(0, CpuCore::Effect::to<&DatagramReceiver::close>(*this)); }

void DatagramReceiver::close() {
    task_.stack().udp_close(*socket_);
    socket_ = nullptr;
    pattern_.reset();
}

void DatagramReceiver::read_now() {
    if (socket_ == nullptr) {
        return;
    }
    socket_->receive(host::UdpSocket::Sink::to<&DatagramReceiver::check>(*this));
    task_.pay_and(CpuCore::Effect::to<&DatagramReceiver::read>(*this));
}

void DatagramReceiver::check(net::Endpoint /*from*/, core::ByteView bytes) {
    if (bytes.size() < datagram_header_bytes) {
        wrong_bytes_ += bytes.size();
        return;
    }
    const auto number = core::load_be<std::uint64_t>(bytes.data());
    const SimTime sent{static_cast<std::int64_t>(core::load_be<std::uint64_t>(bytes.data() + 8))};
    const core::ByteView data = bytes.subspan(datagram_header_bytes);
    wrong_bytes_ += pattern_->mismatches(number * data.size(), data);
    const SimTime transit = now() - sent;
    if (datagrams_ != 0) {
        const SimTime change = transit > transit_ ? transit - transit_ : transit_ - transit;
        jitter_ += (change - jitter_) / 16;
    }
    transit_ = transit;
    ++datagrams_;
    bytes_ += bytes.size();
}

} // namespace rootpool::models
