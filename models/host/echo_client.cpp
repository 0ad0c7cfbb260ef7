#include "models/host/echo_client.h"

#include <algorithm>
#include <numeric>

namespace rootpool::models {

EchoClient::EchoClient(const Task& task, Scheduler& scheduler, const Settings& settings,
                       std::function<void(const std::string&)> print)
    : task_(task), scheduler_(scheduler), settings_(settings), print_(std::move(print)),
      report_(settings.to, settings.data_bytes), data_(settings.data_bytes) {
    std::iota(data_.begin(), data_.end(), std::uint8_t{0}); // iputils fills with the byte's own number
}

void EchoClient::run() {
    const SimTime start = now();
    task_.stack().add_echo_observer(*this);
    print_(report_.banner());
    for (unsigned i = 0; i < settings_.count; ++i) {
        if (i != 0 && now() - sent_at_.back() < settings_.interval) {
            scheduler_.wait_for(sent_at_.back() + settings_.interval - now());
        }
        sent_at_.push_back(now());
        task_.system_call(data_.size(), CpuCore::Effect::to<&EchoClient::send>(*this));
        scheduler_.wait_for(sent_);
    }
    const SimTime deadline = now() + settings_.last_wait;
    while (report_.received() < settings_.count && now() < deadline) {
        scheduler_.wait_for(deadline - now(), replied_);
    }
    for (const std::string& line : report_.statistics(now() - start)) {
        print_(line);
    }
    task_.stack().remove_echo_observer(*this);
}

void EchoClient::send() {
    const auto sequence = static_cast<std::uint16_t>(report_.transmitted() + 1);
    report_.on_sent();
    task_.stack().send_echo_request(settings_.to, settings_.identifier, sequence, data_, now(), settings_.from);
    task_.pay_and(CpuCore::Effect::to<&EchoClient::sent>(*this));
}

void EchoClient::sent() { KernelTime::notify(sent_); }

void EchoClient::on_echo_reply(net::Ipv4Address /*from*/, std::uint16_t identifier, std::uint16_t sequence,
                               std::uint8_t time_to_live, core::ByteView data, SimTime now) {
    if (identifier != settings_.identifier || sequence == 0 || sequence > sent_at_.size()) {
        return;
    }
    if (!std::equal(data.begin(), data.end(), data_.begin(), data_.end())) {
        ++wrong_replies_;
        return;
    }
    print_(report_.reply(sequence, time_to_live, now - sent_at_[sequence - 1U]));
    KernelTime::notify(replied_);
}

} // namespace rootpool::models
