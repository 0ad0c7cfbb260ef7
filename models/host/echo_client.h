#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/core/scheduler.h"
#include "models/host/task.h"
#include "rootpool/net/ping_report.h"

namespace rootpool::models {

/// The program ping: sends echo requests at an interval, measures from before the system call to the kernel's receive
/// time stamp, as iputils does.
class EchoClient : private host::EchoObserver {
public:
    struct Settings {
        net::Ipv4Address to;
        net::Ipv4Address from; ///< of the interface to use
        unsigned count = 6;
        SimTime interval = 1s;
        unsigned data_bytes = 56;
        SimTime last_wait = 10s; ///< for the reply to the last request (iputils MAXWAIT)
        std::uint16_t identifier = 1;
    };
    /// `print` gets every line of output.
    EchoClient(const Task& task, Scheduler& scheduler, const Settings& settings,
               std::function<void(const std::string&)> print);

    /// Runs to the end; in a thread of the simulation.
    void run();
    [[nodiscard]] const net::PingReport& report() const noexcept { return report_; }
    /// Replies whose data was not what was sent.
    [[nodiscard]] unsigned wrong_replies() const noexcept { return wrong_replies_; }

private:
    void on_echo_reply(net::Ipv4Address from, std::uint16_t identifier, std::uint16_t sequence,
                       std::uint8_t time_to_live, core::ByteView data, SimTime now) override;
    void send();
    void sent();

    Task task_;
    Scheduler& scheduler_;
    Settings settings_;
    std::function<void(const std::string&)> print_;
    net::PingReport report_;
    std::vector<std::uint8_t> data_;
    std::vector<SimTime> sent_at_; ///< by sequence number, from 1
    unsigned wrong_replies_ = 0;
    sc_core::sc_event sent_; ///< the system call has ended
    sc_core::sc_event replied_;
};

} // namespace rootpool::models
