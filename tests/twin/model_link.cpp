#include "tests/twin/model_link.h"

#include <fmt/format.h>

namespace rootpool::twin {

using models::now;
using models::Port;

/// What stands above an end: a port, who hands TLPs over when their time has come, and who frees buffers.
class ModelLink::Above : public models::PortOwner {
public:
    Above(const std::string& name, models::Scheduler& scheduler, const LinkCase& of, unsigned end, Traces& traces)
        : port_(name.c_str(), *this, credits_of(of.settings.advertised[end])), ticks_(ticks_of(of)),
          submissions_(of.directions[end].submissions), received_(traces[1 - end]), sent_(traces[end]),
          timer_(scheduler, models::Timer::Callback::to<&Above::submit>(*this)) {}

    [[nodiscard]] Port& port() noexcept { return port_; }
    void start() { timer_.arm(submissions_.front().call); }

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override {
        received_.deliveries.push_back({last_beat, first_beat, identity(*tlp)});
        port.release(*tlp, release_time(*tlp, last_beat, ticks_));
    }
    void on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) override { sent_.returns.push_back({identity(*tlp)}); }

private:
    void submit() {
        while (next_ < submissions_.size() && submissions_[next_].call <= now()) {
            const Submission& one = submissions_[next_++];
            port_.send(one.tlp, one.ready);
        }
        if (next_ < submissions_.size()) {
            timer_.arm(submissions_[next_].call);
        }
    }

    Port port_;
    reference::LinkTicks ticks_;
    const std::vector<Submission>& submissions_;
    Trace& received_;
    Trace& sent_;
    models::Timer timer_;
    std::size_t next_ = 0;
};

ModelLink::ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of, Recording recording)
    : case_(of), link_(name + "_link", scheduler, of, recording) {
    for (unsigned end : {0U, 1U}) {
        above_[end] = std::make_unique<Above>(fmt::format("{}_port{}", name, end), scheduler, of, end, link_.events());
        above_[end]->start();
    }
    link_.link().connect(above_[0]->port(), above_[1]->port());
}

ModelLink::~ModelLink() = default;

} // namespace rootpool::twin
